/** A piece of a source file and what a defect would have in its place. */
export interface Edit {
  /** Path from the repository's root, with `/`. */
  readonly file: string;
  /** Must be in the file exactly once: a catalogue that no longer fits the code must fail, not pass. */
  readonly find: string;
  readonly replace: string;
}

/** One defect, named by the promise that it breaks, and the tests that must notice it. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** Test files, as `test/…/x.test.ts`. */
  readonly tests: readonly string[];
}

/** A defect cannot be planted, because the code it was written for has changed. */
export class MutantDoesNotFit extends Error {
  override readonly name = 'MutantDoesNotFit';

  constructor(
    readonly edit: Edit,
    readonly occurrences: number,
  ) {
    super(`${edit.file} has ${occurrences} times, not once:\n${edit.find}`);
  }
}

/** @throws MutantDoesNotFit */
export function planted(edit: Edit, source: string): string {
  const parts = source.split(edit.find);
  if (parts.length !== 2) throw new MutantDoesNotFit(edit, parts.length - 1);
  return parts.join(edit.replace);
}

/** A promise, and the defect of one place that breaks it. */
export function promise(
  name: string,
  file: string,
  [find, replace]: readonly [find: string, replace: string],
  ...tests: readonly string[]
): Mutant {
  return { name, edits: [{ file, find, replace }], tests };
}

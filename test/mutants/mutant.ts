/** A piece of a source file and its replacement. */
export interface Edit {
  /** Path relative to the repository's root, with `/`. */
  readonly file: string;
  /** Must occur in the file exactly once: a catalogue that no longer fits the code must fail. */
  readonly find: string;
  readonly replace: string;
}

/** One defect, named after the promise that it breaks, and the tests that must notice it. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** Test files, as `test/…/x.test.ts`. */
  readonly tests: readonly string[];
}

/** A defect cannot be planted, because its code has changed. */
export class MutantDoesNotFit extends Error {
  override readonly name = 'MutantDoesNotFit';

  constructor(
    readonly edit: Edit,
    readonly occurrences: number,
  ) {
    super(`${edit.file} has ${occurrences} times, not once:\n${edit.find}`);
  }
}

/** @throws MutantDoesNotFit if the code does not occur exactly once */
export function planted(edit: Edit, source: string): string {
  const parts = source.split(edit.find);
  if (parts.length !== 2) throw new MutantDoesNotFit(edit, parts.length - 1);
  return parts.join(edit.replace);
}

/** Returns a promise, with a defect in one place that breaks it. */
export function promise(
  name: string,
  file: string,
  [find, replace]: readonly [find: string, replace: string],
  ...tests: readonly string[]
): Mutant {
  return { name, edits: [{ file, find, replace }], tests };
}

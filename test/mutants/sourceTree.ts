import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import ts from 'typescript';
import { createStateDirectory, type StateDirectory } from '../host/stateDirectory.js';
import { planted, type Mutant } from './mutant.js';

/** A copy of the sources and their compiled code, in which defects are planted one at a time. */
export class SourceTree {
  private constructor(
    private readonly directory: StateDirectory,
    readonly root: string,
  ) {}

  /** @param original the repository, compiled to `out/` */
  static async copyOf(original: string): Promise<SourceTree> {
    const directory = await createStateDirectory();
    const root = directory.path;
    const skipMaps = (file: string) => !file.endsWith('.map');
    for (const part of ['package.json', 'src', 'test', 'out/src', 'out/test']) {
      await mkdir(path.dirname(path.join(root, part)), { recursive: true });
      await cp(path.join(original, part), path.join(root, part), { recursive: true, filter: skipMaps });
    }
    await symlink(path.join(original, 'node_modules'), path.join(root, 'node_modules'), 'junction');
    return new SourceTree(directory, root);
  }

  /**
   * Runs `work` while the defect is in the sources and in the compiled code.
   *
   * @throws MutantDoesNotFit if the defect's code does not occur exactly once
   */
  async withMutant<T>({ edits }: Mutant, work: () => Promise<T>): Promise<T> {
    const before = new Map<string, string>();
    const change = async (file: string, make: (text: string) => string) => {
      const text = await readFile(path.join(this.root, file), 'utf8');
      if (!before.has(file)) before.set(file, text);
      await writeFile(path.join(this.root, file), make(text));
    };
    try {
      for (const edit of edits) await change(edit.file, (source) => planted(edit, source));
      for (const file of new Set(edits.map((edit) => edit.file))) {
        const source = await readFile(path.join(this.root, file), 'utf8');
        await change(compiledName(file), () => compiled(file, source));
      }
      return await work();
    } finally {
      for (const [file, text] of before) await writeFile(path.join(this.root, file), text);
    }
  }

  remove(): Promise<void> {
    return this.directory.remove();
  }
}

/** `test/x.test.ts` → `out/test/x.test.js` */
export function compiledName(file: string): string {
  return `out/${file.replace(/\.ts$/, '.js')}`;
}

/** Compiles one file alone, as `isolatedModules` allows. This checks syntax but no types. */
function compiled(file: string, source: string): string {
  const { outputText, diagnostics = [] } = ts.transpileModule(source, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2024,
      esModuleInterop: true,
    },
  });
  const [diagnostic] = diagnostics;
  if (diagnostic === undefined) return outputText;
  throw new Error(
    `${file} does not compile: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`,
  );
}

import { open } from 'node:fs/promises';
import path from 'node:path';
import type { AssertionFile, AssertionFiles } from '../broker/ports.js';

/** The largest file that may contain an assertion, in bytes. */
const largest = 64 * 1024;
const variableReference = /\$\{env:([A-Za-z_]\w*)\}/g;

/** The files of this machine, by paths as in the settings. */
export class MachineAssertionFiles implements AssertionFiles {
  constructor(private readonly environment: Readonly<Record<string, string | undefined>> = process.env) {}

  async read(given: string): Promise<AssertionFile> {
    for (const [, variable = ''] of given.matchAll(variableReference)) {
      if ((this.environment[variable] ?? '') === '') return { kind: 'variableUnset', variable };
    }
    const file = given.replaceAll(
      variableReference,
      (_reference, variable: string) => this.environment[variable] ?? '',
    );
    if (!path.isAbsolute(file)) return { kind: 'notAbsolute' };
    try {
      return await contentOf(file);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return { kind: code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : 'unreadable' };
    }
  }
}

async function contentOf(file: string): Promise<AssertionFile> {
  const handle = await open(file, 'r');
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size > largest) return { kind: 'noAssertion' };
    return { kind: 'text', text: await handle.readFile('utf8') };
  } finally {
    await handle.close();
  }
}

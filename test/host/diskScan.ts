import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { hiddenContent } from './storedBytes/hiddenContent.js';
import { PatternIndex } from './storedBytes/patternIndex.js';
import { secretPatterns, type Secret } from './storedBytes/secretForms.js';

export type { Secret } from './storedBytes/secretForms.js';

export interface Finding {
  readonly secret: string;
  /** Absolute path. */
  readonly file: string;
  /**
   * The decodings that were necessary, outermost first. Empty for plain bytes, and "name" for a file's
   * name.
   */
  readonly within: readonly string[];
  /** The form of the secret there. */
  readonly form: string;
}

export interface DiskScan {
  readonly findings: readonly Finding[];
  readonly files: number;
  readonly bytes: number;
}

/** Maximum depth of nested compression. */
const MAX_DEPTH = 4;

/**
 * Scans every file below the directories, including names, compressed data and databases, for the secrets
 * in all forms of {@link secretPatterns}.
 *
 * @param dirs absolute; a missing one is an error, since an empty scan proves nothing
 */
export async function scanForSecrets(
  dirs: readonly string[],
  secrets: readonly Secret[],
): Promise<Finding[]> {
  return [...(await scanDisk(dirs, secrets)).findings];
}

/** Works like {@link scanForSecrets}, and also returns the amount of scanned data. */
export async function scanDisk(dirs: readonly string[], secrets: readonly Secret[]): Promise<DiskScan> {
  const index = new PatternIndex(secrets.flatMap(secretPatterns));
  const findings: Finding[] = [];
  let files = 0;
  let total = 0;
  for (const dir of dirs) {
    for (const { name, parentPath, ...kind } of await entriesBelow(dir)) {
      const file = path.join(parentPath, name);
      const look = (bytes: Buffer, within: readonly string[]) =>
        lookThrough(bytes, within, file, index, findings);
      lookAt(Buffer.from(name), ['name'], file, index, findings);
      if (kind.link) lookAt(Buffer.from(await readlink(file)), ['link'], file, index, findings);
      if (!kind.file) continue;
      const bytes = await readIfThere(file);
      if (!bytes) continue;
      files += 1;
      total += bytes.length;
      look(bytes, []);
    }
  }
  return { findings, files, bytes: total };
}

async function entriesBelow(
  dir: string,
): Promise<{ name: string; parentPath: string; file: boolean; link: boolean }[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.map((entry) => ({
    name: entry.name,
    parentPath: entry.parentPath,
    file: entry.isFile(),
    link: entry.isSymbolicLink(),
  }));
}

/** A running browser or editor removes files during the scan. */
async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function lookThrough(
  bytes: Buffer,
  within: readonly string[],
  file: string,
  index: PatternIndex,
  findings: Finding[],
): void {
  lookAt(bytes, within, file, index, findings);
  if (within.length >= MAX_DEPTH) return;
  for (const hidden of hiddenContent(bytes)) {
    lookThrough(hidden.bytes, [...within, hidden.container], file, index, findings);
  }
}

function lookAt(
  bytes: Buffer,
  within: readonly string[],
  file: string,
  index: PatternIndex,
  findings: Finding[],
): void {
  for (const { secret, form } of index.find(bytes)) {
    const known = findings.some(
      (finding) =>
        finding.secret === secret &&
        finding.file === file &&
        finding.form === form &&
        finding.within.join() === within.join(),
    );
    if (!known) findings.push({ secret, file, within, form });
  }
}

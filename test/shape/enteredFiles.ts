import { Session } from 'node:inspector/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Returns the source files with a function that runs during an act, by V8's precise coverage. Loading a
 * module does not count.
 *
 * @param out absolute directory of the compiled source
 */
export async function enteredFiles(out: string, act: () => Promise<unknown>): Promise<readonly string[]> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    await session.post('Profiler.takePreciseCoverage');
    await act();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    return result
      .filter(({ url, functions }) => url.startsWith('file:') && functions.some(hasRun))
      .map(({ url }) => path.relative(out, fileURLToPath(url)).replaceAll('\\', '/'))
      .filter((file) => !file.startsWith('..'))
      .toSorted();
  } finally {
    session.disconnect();
  }
}

interface Covered {
  readonly ranges: readonly { readonly startOffset: number; readonly count: number }[];
}

/** The function that starts at the beginning of the file is the module itself. */
function hasRun({ ranges: [range] }: Covered): boolean {
  return range !== undefined && range.startOffset > 0 && range.count > 0;
}

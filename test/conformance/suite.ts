import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

/** The command line of the suite, which needs Node ≥ 22. */
export const suiteEntry = path.join(
  path.dirname(require.resolve('@modelcontextprotocol/conformance/package.json')),
  'dist',
  'index.js',
);

/** One pass through the suite, with its servers' protocol revision. */
export interface Pass {
  readonly name: string;
  readonly args: readonly string[];
  /** Returns whether a scenario belongs to it, by the revisions in the suite's list. */
  readonly includes: (listedUnder: readonly string[]) => boolean;
}

function revision(name: string): Pass {
  return {
    name,
    args: ['--spec-version', name, '--force'],
    includes: (listedUnder) => listedUnder.includes(name) || listedUnder.includes('extension'),
  };
}

export const passes: readonly Pass[] = [
  { name: 'default', args: [], includes: () => true },
  revision('2025-11-25'),
  revision('2026-07-28'),
];

export interface Scenario {
  readonly name: string;
  readonly listedUnder: readonly string[];
}

/** The authorization scenarios, in the suite's order. */
export async function authorizationScenarios(): Promise<readonly Scenario[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [suiteEntry, 'list', '--client']);
  const lines = stdout.matchAll(/^\s*- (auth\/\S+) \[([^\]]*)\]$/gm);
  return [...lines].map(([, name = '', listed = '']) => ({ name, listedUnder: listed.split(',') }));
}

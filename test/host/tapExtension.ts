import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Secret } from './storedBytes/secretForms.js';
import { packTestExtension } from './testExtension.js';

/**
 * An extension that overhears the servers of its extension host, which all extensions share: the relay's key passes
 * nowhere else.
 *
 * @param dir absolute; it must not lie where secrets are looked for
 * @returns the VSIX, absolute
 */
export function packTapExtension(dir: string): Promise<string> {
  const source = `const { WireTap } = require(${JSON.stringify(path.join(__dirname, 'wireTap.js'))});
const { appendFileSync } = require('node:fs');
exports.activate = () => {
  new WireTap((secret) => appendFileSync(${JSON.stringify(tapFile(dir))}, JSON.stringify(secret) + '\\n'));
};
`;
  return packTestExtension(dir, 'wire-tap', source);
}

/** What the extension packed with the same directory has overheard. */
export function overheard(dir: string): Secret[] {
  const file = tapFile(dir);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Secret);
}

function tapFile(dir: string): string {
  return path.join(dir, 'overheard.jsonl');
}

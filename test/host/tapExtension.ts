import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Secret } from './storedBytes/secretForms.js';
import { packTestExtension } from './testExtension.js';

/**
 * Packages an extension that records the traffic of the HTTP servers in its extension host, which all
 * extensions share. The relay's key occurs only there.
 *
 * @param dir absolute, outside the scanned directories
 * @returns the absolute path of the VSIX
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

/** Returns the secrets that the extension packaged with the same directory has recorded. */
export function overheard(dir: string): Secret[] {
  const file = tapFile(dir);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Secret);
}

function tapFile(dir: string): string {
  return path.join(dir, 'overheard.jsonl');
}

import { readFileSync, statSync } from 'node:fs';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { isObject } from '../oauth/jsonAnswer.js';
import { StdioBridge } from './stdioBridge.js';

/** Where to call, and with which key. */
interface BridgeFile {
  readonly url: string;
  readonly key: string;
}

/** @throws Error in words that name what is wrong with the file, and nothing that it holds */
function readBridgeFile(path: string): BridgeFile {
  const { mode, uid } = statSync(path);
  // Windows keeps who may read in lists of its own; there the profile's folder is the person's alone.
  const isOthers = process.platform !== 'win32' && ((mode & 0o077) !== 0 || uid !== process.getuid?.());
  if (isOthers)
    throw new Error('Others may read the file with the key; it must be its owner’s alone (mode 0600).');
  const file: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const { url, key } = isObject(file) ? file : {};
  if (
    typeof url !== 'string' ||
    !/^http:\/\/127\.0\.0\.1:\d+\/agents\//.test(url) ||
    typeof key !== 'string'
  ) {
    throw new Error('The file does not hold an agents’ address on 127.0.0.1 and a key.');
  }
  return { url, key };
}

async function main([path]: readonly string[]): Promise<void> {
  if (path === undefined) throw new Error('Usage: node bridge.js FILE');
  const { url, key } = readBridgeFile(path);
  const requestInit = { headers: { Authorization: `Bearer ${key}` }, redirect: 'error' as const };
  const bridge = new StdioBridge(
    new StdioServerTransport(),
    () => new StreamableHTTPClientTransport(new URL(url), { requestInit }),
  );
  await bridge.start();
  process.stdin.once('end', () => void bridge.close().finally(() => process.exit()));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  // What a parser says of the file may quote it.
  const isOurs = error instanceof Error && !(error instanceof SyntaxError);
  process.stderr.write(`${isOurs ? error.message : 'The file with the key cannot be read.'}\n`);
  process.exit(1);
});

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleFile, wordsBundle } from './wordsBundle.js';

const root = path.resolve(process.env['MCP_OAUTH_BROKER_ROOT'] ?? '.');

async function main(): Promise<void> {
  const file = path.join(root, bundleFile);
  const bundle = await wordsBundle(root);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, bundle);
  console.log(`• ${Object.keys(JSON.parse(bundle) as object).length} texts are in ${file}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

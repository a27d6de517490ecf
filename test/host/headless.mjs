// `npm run headless -- …`: bundles the command and is it then, in one process, so that what ends the one ends both.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
execFileSync(process.execPath, [path.join(root, 'esbuild.js')], {
  cwd: root,
  stdio: ['ignore', 2, 'inherit'],
});
await import('../../dist/headless.js');

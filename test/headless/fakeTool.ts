import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Puts a command in a directory of its own.
 *
 * @param body JavaScript with `args` and `input`, which returns what is printed, or a number to end with
 * @returns the directory; `calls.jsonl` in it tells each call's arguments and environment
 */
export async function fakeTool(directory: string, name: string, body: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const script = `#!${process.execPath}
const fs = require('node:fs');
const args = process.argv.slice(2);
const here = ${JSON.stringify(directory)};
fs.appendFileSync(here + '/calls.jsonl', JSON.stringify({ args, environment: process.env }) + '\\n');
const input = fs.readFileSync(0, 'utf8');
const answer = (() => { ${body} })();
if (typeof answer === 'number') process.exitCode = answer;
else if (answer !== undefined) process.stdout.write(answer);
`;
  await writeFile(path.join(directory, name), script, { mode: 0o755 });
  return directory;
}

/** libsecret's command, with a file in place of the service. */
export const fakeSecretTool = `
  const file = here + '/' + args.at(-1);
  if (args[0] === 'store') { fs.writeFileSync(file, input); return; }
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : 1;
`;

/** What was run, in order. */
export async function toolCalls(
  directory: string,
): Promise<readonly { readonly args: readonly string[]; readonly environment: Record<string, string> }[]> {
  const text = await readFile(path.join(directory, 'calls.jsonl'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { args: readonly string[]; environment: Record<string, string> });
}

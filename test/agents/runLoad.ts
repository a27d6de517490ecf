import path from 'node:path';
import { runAlone } from '../workbench/runAlone.js';

/**
 * `npm run load`: the default duration is the lifetime of fifteen tokens.
 *
 * @param seconds duration of the load
 */
async function main([seconds = '300']: readonly string[]): Promise<void> {
  const limit = (Number(seconds) + 300) * 1000;
  await runAlone([path.join(__dirname, 'loadInEditor.js')], limit, { SECONDS_OF_LOAD: seconds });
}

void main(process.argv.slice(2));

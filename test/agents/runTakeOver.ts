import path from 'node:path';
import { runAlone } from '../workbench/runAlone.js';

/**
 * `npm run takeover`: the extension host that serves the agents is killed repeatedly.
 *
 * @param rounds number of kills
 */
async function main([rounds = '20']: readonly string[]): Promise<void> {
  const limit = (Number(rounds) * 60 + 300) * 1000;
  await runAlone([path.join(__dirname, 'takeOverInEditor.js')], limit, { ROUNDS: rounds });
}

void main(process.argv.slice(2));

import path from 'node:path';
import { runAlone } from '../workbench/runAlone.js';

/** `npm run load`: by default as long as fifteen tokens live. @param seconds of load */
async function main([seconds = '300']: readonly string[]): Promise<void> {
  const limit = (Number(seconds) + 300) * 1000;
  await runAlone([path.join(__dirname, 'loadInEditor.js')], limit, { SECONDS_OF_LOAD: seconds });
}

void main(process.argv.slice(2));

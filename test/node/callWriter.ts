import { CallFiles } from '../../src/node/files/callFiles.js';
import { systemClock } from '../../src/node/machine.js';

/** A process that adds lines to the call record: directory, its name, how many. */
async function main([directory = '', name = '', count = '']: readonly string[]): Promise<void> {
  const files = new CallFiles(directory, systemClock, {
    calls: 10_000,
    bytes: 10_000_000,
    fileBytes: 20_000,
  });
  for (let at = 0; at < Number(count); at++) await files.append(`${name} ${at} ${'x'.repeat(300)}`);
  files.dispose();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

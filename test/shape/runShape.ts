import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { dialectFigures } from './dialect.js';
import { flowFigures } from './flows.js';
import { sourceFigures, sourcesBelow } from './sourceFigures.js';

const ROOT = path.resolve(__dirname, '..', '..', '..');
/** Number of folders to print. */
const MOST_FOLDERS = 8;

/** Counts exports that no other file names, according to knip. */
function unusedExports(): number {
  const knip = path.join(ROOT, 'node_modules', 'knip', 'bin', 'knip.js');
  const args = [knip, '--include', 'exports,types,duplicates', '--reporter', 'json', '--no-exit-code'];
  const report = JSON.parse(execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })) as {
    issues: readonly { exports?: readonly unknown[]; types?: readonly unknown[] }[];
  };
  return report.issues.reduce((sum, { exports = [], types = [] }) => sum + exports.length + types.length, 0);
}

/** Prints figures of the source for comparing its structure before and after a change. */
async function main(): Promise<void> {
  const sources = sourcesBelow(ROOT, 'src');
  const figures = sourceFigures(sources);
  const print = (name: string, value: string | number) => console.log(`${name.padEnd(50)} ${value}`);
  print('files in src', figures.files);
  print('median of their lines', figures.medianLines);
  print('files of 40 lines or fewer', figures.smallFiles);
  const folders = figures.fullestFolders.slice(0, MOST_FOLDERS);
  print('fullest folders', folders.map(([folder, count]) => `${folder} ${count}`).join(', '));
  print('import cycles', figures.cycles.length);
  print('folders that import each other', figures.mutualFolders.join(', ') || 0);
  print('conditional spreads', figures.conditionalSpreads);
  print('Pick and Omit', figures.picksAndOmits);
  print('prettier-ignore', figures.prettierIgnores);
  print('unused exports', unusedExports());
  console.log('\nin 10,000 words of comments');
  for (const [name, rate] of dialectFigures(sources)) print(`  ${name}`, rate);
  console.log('\nfiles entered');
  const isListing = process.argv.includes('--files');
  for (const [name, files] of await flowFigures(path.join(ROOT, 'out', 'src'))) {
    print(`  ${name}`, files.length);
    if (isListing) for (const file of files) console.log(`      ${file}`);
  }
}

void main();

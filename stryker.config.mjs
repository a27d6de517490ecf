// Mutation testing of a part of the source (`npm run mutants -- src/oauth`). test/mutants/runStryker.ts chooses the part
// and the tests that judge it. Stryker's mocha runner cannot load mocha 12 yet, so the project stays with mocha 11.
const files = (process.env.MUTANTS_FILES ?? 'src/oauth/**/*.ts').split(' ');
const tests = (process.env.MUTANTS_TESTS ?? 'out/test/oauth/*.test.js').split(' ');
const cache = '.vscode-test/stryker';

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  testRunner: 'mocha',
  mochaOptions: { spec: tests },
  mutate: files,
  buildCommand: 'tsc -p .',
  ignorePatterns: ['.vscode-test', 'dist', 'media', '.git'],
  coverageAnalysis: 'perTest',
  incremental: true,
  incrementalFile: `${cache}/${process.env.MUTANTS_NAME ?? 'part'}.json`,
  tempDirName: `${cache}/sandbox`,
  concurrency: 2,
  timeoutMS: 30_000,
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: false },
  jsonReporter: { fileName: `${cache}/report.json` },
  thresholds: { high: 80, low: 60, break: null },
  checkers: [],
};

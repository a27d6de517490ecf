// Mutation testing of a part of the source (`npm run mutants -- src/oauth`). test/mutants/runStryker.ts chooses the part
// and the tests that judge it.
const files = (process.env.MUTANTS_FILES ?? 'src/oauth/**/*.ts').split(' ');
const tests = (process.env.MUTANTS_TESTS ?? 'out/test/oauth/*.test.js').split(' ');
const cache = '.vscode-test/stryker';

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  testRunner: 'tap',
  tap: {
    testFiles: tests,
    // Mocha runs one file in the process that counts what the file covers.
    nodeArgs: ['-r', '{{hookFile}}', 'node_modules/mocha/bin/mocha.js', '--reporter', 'tap', '{{testFile}}'],
  },
  mutate: files,
  buildCommand: 'tsc -p .',
  ignorePatterns: ['.vscode-test', 'dist', 'out', 'media', '.git'],
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

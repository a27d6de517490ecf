import { mutant, type Mutant } from './mutant.js';

const report = 'src/broker/status/consentReport.ts';
const reportTest = 'test/broker/consentReport.test.ts';

/** Defects of what a model is told beside the calls. */
export const chatMutants: readonly Mutant[] = [
  mutant(
    'what servers wrote given to the model as it is',
    report,
    ["return displayText(text) ?? '(unreadable)';", 'return text;'],
    reportTest,
  ),
  mutant(
    'missing scopes kept from the model',
    report,
    ['...(missing.length === 0', '...(missing.length >= 0'],
    reportTest,
  ),
  mutant('a renewable token told as ended', report, ['if (refreshable === true)', 'if (false)'], reportTest),
  mutant(
    'scopes that were not granted kept from the model',
    'src/broker/signIn/signInAnswer.ts',
    ['lacking.size === 0', 'lacking.size >= 0'],
    'test/broker/signInAnswer.test.ts',
  ),
];

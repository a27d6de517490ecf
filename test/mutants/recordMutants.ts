import { mutant, type Mutant } from './mutant.js';

const recorder = 'src/relay/callers/callRecorder.ts';
const files = 'src/node/files/callFiles.ts';
const callsTest = 'test/relay/recordedCalls.test.ts';
const filesTest = 'test/node/callFiles.test.ts';

/** Defects of the record of tool calls. */
export const recordMutants: readonly Mutant[] = [
  mutant(
    'a call recorded twice',
    recorder,
    ["response.once('close', () => {", "for (const end of ['finish', 'close']) response.once(end, () => {"],
    callsTest,
  ),
  mutant(
    'a call that was cut off not recorded as cancelled',
    'src/relay/mcpEndpoint.ts',
    ["held.call?.end({ outcome: 'cancelled' });", "held.call?.end({ outcome: 'failed' });"],
    callsTest,
  ),
  mutant('arguments recorded by default', recorder, ['recording.recordsArguments() && ', ''], callsTest),
  mutant(
    'a token in the record',
    recorder,
    ['withoutSecrets(text, secrets)', 'withoutSecrets(text, secrets.slice(0, 0))'],
    callsTest,
  ),
  mutant(
    'a key of the relay in the record',
    recorder,
    ['return [...held, ...keys()];', 'return [...held, ...[...keys()].slice(0, 0)];'],
    callsTest,
  ),
  mutant('a record without bound on disk', files, ['calls >= this.limits.calls || ', ''], filesTest),
  mutant('long calls without bound on disk', files, [' || bytes >= this.limits.bytes', ''], filesTest),
  mutant(
    'a torn line spoils the next',
    files,
    ['const isTorn = size > 0 && last[0] !== newline;', 'const isTorn = size < 0;'],
    filesTest,
  ),
  mutant('a record that others can read', files, ["'a+', 0o600", "'a+', 0o644"], filesTest),
  mutant(
    'the password of an address recorded',
    'src/broker/calls/recordedArguments.ts',
    ['[^/\\s@]*@/gi', '[^/\\s@]*@@/gi'],
    'test/broker/recordedArguments.test.ts',
  ),
];

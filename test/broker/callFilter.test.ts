import assert from 'node:assert/strict';
import { callFilter, unknownTerm } from '../../src/broker/calls/callFilter.js';
import { recordedCall } from './recordedCall.js';

const calls = [
  recordedCall(1),
  recordedCall(2, { tool: 'create_branch', outcome: 'refused', reason: 'declined', asked: ['repo:write'] }),
  recordedCall(3, { server: 'reports', serverUrl: 'https://reports.example/mcp', tool: 'monthly report' }),
  recordedCall(4, { caller: { kind: 'agent', name: 'Nightly' }, account: 'bob@example.org' }),
  recordedCall(5, { chat: { conversation: 'c' }, arguments: '{"name":"planted"}' }),
];

const cases: readonly [text: string, found: readonly number[]][] = [
  ['', [1, 2, 3, 4, 5]],
  ['  ', [1, 2, 3, 4, 5]],
  ['branch', [1, 2, 4, 5]],
  ['CREATE', [2]],
  ['branch nightly', [4]],
  ['server:reports', [3]],
  ['server:rep tool:list', [1, 4, 5]],
  ['outcome:refused', [2]],
  ['outcome:declined', [2]],
  ['-outcome:succeeded', [2]],
  ['-branch', [3]],
  ['tool:"monthly report"', [3]],
  ['"monthly report"', [3]],
  ['account:bob', [4]],
  ['caller:agent', [4]],
  ['caller:chat', [5]],
  ['scope:write', [2]],
  ['repo:write', [2]],
  ['planted', [5]],
  ['tool:planted', []],
  ['server:', [1, 2, 3, 4, 5]],
  ['tool:"unfinished', []],
  ['.*', []],
  ['constructor:x', []],
];

describe('the filter of calls', () => {
  for (const [text, found] of cases) {
    it(`“${text}” finds ${found.join(', ') || 'none'}`, () => {
      assert.deepEqual(
        calls.filter(callFilter(text)).map(({ at }) => at),
        found,
      );
    });
  }
});

describe('a filter term with an unknown name', () => {
  const fields = ['server:', 'tool:', 'outcome:', 'account:', 'caller:', 'consent:', 'scope:'];
  const consents = ['none', 'used', 'signInAsked', 'stepUpAsked'];
  const outcomes = [
    ...['succeeded', 'toolError', 'inputRequired', 'refused', 'failed', 'cancelled'],
    ...['declined', 'signInCancelled', 'timedOut', 'signInFailed', 'grantedLess', 'notSettled'],
    ...['denied', 'blockedByRule', 'notAdmitted', 'consentMissing', 'malformed'],
  ];
  const unknown: readonly [text: string, term: string, known: readonly string[]][] = [
    ['outcome:refusd', 'outcome:refusd', outcomes],
    ['branch OUTCOME:"Refusd"', 'outcome:refusd', outcomes],
    ['consent:maybe', 'consent:maybe', consents],
    ['outcom:refused', 'outcom:', fields],
    ['reason:declined', 'reason:', fields],
    ['constructor:x', 'constructor:', fields],
  ];
  for (const [text, term, known] of unknown) {
    it(`is reported in “${text}”, with the valid choices`, () => {
      const what = known === fields ? 'field' : 'value';
      assert.deepEqual(unknownTerm(text), { what, term, known });
    });
  }

  const possible = [
    'outcome:refus',
    'outcome:DECLINED',
    'consent:',
    'server:nowhere',
    'caller:nobody',
    'refusd',
    '',
  ];
  for (const text of [...possible, '-outcome:refusd', '-outcom:x'])
    it(`is not reported in “${text}”`, () => assert.equal(unknownTerm(text), undefined));
});

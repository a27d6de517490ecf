import assert from 'node:assert/strict';
import {
  accountNameFault,
  defaultAccountName,
  lacksName,
  longestAccountName,
  tidyAccountName,
  type AccountNameFault,
} from '../../src/broker/accounts/accountNaming.js';
import { ManualClock } from './manualClock.js';
import { credentialFor } from './brokerWindow.js';

const numbered = (number: number) => `Account ${number}`;
const longest = 'x'.repeat(longestAccountName);
const character = (code: number) => String.fromCodePoint(code);

describe('an account name', () => {
  const faults: readonly (readonly [text: string, fault: AccountNameFault | undefined])[] = [
    ['Work', undefined],
    ['  Work  ', undefined],
    ['Büro 🏢', undefined],
    ['山田', undefined],
    [longest, undefined],
    [` ${longest} `, undefined],
    ['', 'empty'],
    ['   ', 'empty'],
    [`${longest}x`, 'tooLong'],
    ['two\nlines', 'invisible'],
    ['tab\tin it', 'invisible'],
    [`a${character(0x202e)}b`, 'invisible'],
    [`a${character(0x200b)}b`, 'invisible'],
    [`a${character(0x3164)}b`, 'invisible'],
    [`a${character(0x2800)}b`, 'invisible'],
    [`a${character(0xe0041)}b`, 'invisible'],
    ['a\u0000b', 'invisible'],
    ['alice@example.org', 'taken'],
    ['ALICE@example.org', 'taken'],
    [' alice@example.org', 'taken'],
    [`${character(0xff41)}lice@example.org`, 'taken'],
  ];
  for (const [text, fault] of faults) {
    it(`${fault === undefined ? 'accepts' : 'rejects'} ${JSON.stringify(text)}${fault === undefined ? '' : `: ${fault}`}`, () =>
      assert.equal(accountNameFault(text, ['alice@example.org', 'Home']), fault));
  }

  it('is trimmed', () => assert.equal(tidyAccountName('  My   work '), 'My work'));
});

describe('whether a server names the account', () => {
  for (const [what, account, lacks] of [
    ['an address', { id: '17', label: 'alice@example.org' }, false],
    ['a name', { id: '17', label: 'Alice' }, false],
    ['a subject that is an email address', { id: 'alice@example.org', label: 'alice@example.org' }, false],
    ['a subject only', { id: '4711', label: '4711' }, true],
    ['nothing', undefined, true],
  ] as const) {
    it(`${what}: ${lacks ? 'no' : 'yes'}`, () =>
      assert.equal(lacksName({ ...(account !== undefined && { account }) }), lacks));
  }

  it('is irrelevant if no user signs in', () =>
    assert.equal(lacksName({ grant: 'clientCredentials' }), false));
});

describe('the default account name', () => {
  const clock = new ManualClock();
  const { account: _, ...unnamed } = credentialFor('https://mcp.example/mcp', 'https://as.example', clock);
  const subject = (id: string) => ({ account: { id, label: id } });

  for (const [what, of, others, name] of [
    ['is Account 1 for the first account', {}, [], 'Account 1'],
    ['uses the next free number', {}, [{ ...unnamed, name: 'Account 1' }], 'Account 2'],
    ['reuses a freed number', {}, [{ ...unnamed, name: 'Account 2' }], 'Account 1'],
    ['uses a subject that users recognize', subject('alice'), [], 'alice'],
    [
      'ignores a subject that another account has',
      subject('alice'),
      [{ ...unnamed, name: 'Alice' }],
      'Account 1',
    ],
    [
      'ignores a subject that a program generated',
      subject('auth0|5f7c8ec7c33c6c004bbafe82'),
      [],
      'Account 1',
    ],
    ['ignores a number', subject('104263'), [], 'Account 1'],
    ['ignores a UUID', subject('f81d4fae-7dec-11d0-a765-00a0c91e6bf6'), [], 'Account 1'],
  ] as const) {
    it(what, () => assert.equal(defaultAccountName(of, others, numbered), name));
  }
});

import assert from 'node:assert/strict';
import { parseCommandLine, usage, UsageError } from '../../src/headless/commandLine.js';
import { pastedCallback } from '../../src/headless/pastedCallback.js';

describe('the command line', () => {
  it('says what is to be done, with whom and how', () => {
    assert.deepEqual(parseCommandLine(['sign-in', 'repositories', '--scope', 'a', '--scope=b', '--paste']), {
      command: 'sign-in',
      subject: 'repositories',
      options: { scope: ['a', 'b'], paste: true },
    });
    assert.deepEqual(parseCommandLine(['--home', '/srv', 'serve']), {
      command: 'serve',
      subject: '',
      options: { home: '/srv' },
    });
  });

  it('explains every command it knows, wherever it is asked to', () => {
    for (const args of [['--help'], ['-h'], ['help'], ['serve', '--help']])
      assert.equal(parseCommandLine(args), 'help');
    for (const command of [
      'serve',
      'sign-in',
      'sign-out',
      'client-secret',
      'client-key',
      'status',
      'admit',
      'rotate',
      'withdraw',
      'make-key',
    ]) {
      assert.match(usage, new RegExp(`^  ${command} `, 'm'));
      assert.throws(() => parseCommandLine([command, 'one', 'more']), UsageError);
    }
  });

  const refused: Readonly<Record<string, readonly string[]>> = {
    'no command': [],
    'a command there is not': ['sing-in', 'repositories'],
    'a name of every object': ['toString'],
    'a command without its server': ['sign-in'],
    'more than it takes': ['status', 'repositories'],
    'an option of another command': ['serve', '--tool', 'x'],
    'an option there is not': ['serve', '--prot', '1'],
    'an option without its value': ['admit', 'a', '--server'],
  };
  for (const [what, args] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      assert.throws(() => parseCommandLine(args), UsageError);
    });
  }
});

describe('a pasted callback', () => {
  it('is an address on loopback with a state, whatever space is around it', () => {
    for (const address of [
      'http://127.0.0.1:4711/callback?code=c&state=s',
      'http://localhost/?error=access_denied&state=s',
    ])
      assert.equal(pastedCallback(`  ${address}\r`)?.href, new URL(address).href);
  });

  const none: Readonly<Record<string, string>> = {
    'an address elsewhere': 'http://127.0.0.1.example.com/callback?code=c&state=s',
    'another scheme': 'https://127.0.0.1/callback?code=c&state=s',
    'the editor’s': 'vscode://publisher.name/callback?code=c&state=s',
    'one without a state': 'http://127.0.0.1:4711/callback?code=c',
    'a code alone': 'c',
    nothing: '',
    'one that does not end': `http://127.0.0.1/callback?state=s&code=${'c'.repeat(20_000)}`,
  };
  for (const [what, line] of Object.entries(none)) {
    it(`is not ${what}`, () => {
      assert.equal(pastedCallback(line), undefined);
    });
  }
});

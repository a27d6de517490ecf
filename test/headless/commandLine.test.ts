import assert from 'node:assert/strict';
import { parseCommandLine, usage, UsageError } from '../../src/headless/commandLine.js';

describe('the command line', () => {
  it('is parsed into a command with its target and options', () => {
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

  it('explains every command from every place in which help is requested', () => {
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
    'an unknown command': ['sing-in', 'repositories'],
    'a name of every object': ['toString'],
    'a command without its server': ['sign-in'],
    'too many arguments': ['status', 'repositories'],
    'an option of another command': ['serve', '--tool', 'x'],
    'an unknown option': ['serve', '--prot', '1'],
    'an option without its value': ['admit', 'a', '--server'],
  };
  for (const [what, args] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      assert.throws(() => parseCommandLine(args), UsageError);
    });
  }
});

describe('an error at the command line', () => {
  const signInUsage =
    'Usage: mcp-oauth-broker-headless sign-in SERVER [--code] [--paste] [--scope SCOPE]… [--account NAME]… [--another] [--agent NAME]';
  const admitUsage =
    'Usage: mcp-oauth-broker-headless admit AGENT --server NAME… [--scope SCOPE]… [--tool TOOL]… [--account NAME]… [--days N]';
  const statusUsage = 'Usage: mcp-oauth-broker-headless status [--check] [--json]';
  const generalHint = '“mcp-oauth-broker-headless --help” lists the commands and options.';
  const told: readonly (readonly [typed: string, message: string, hint: string])[] = [
    ['sing-in tools', 'Unknown command “sing-in”. Did you mean sign-in?', signInUsage],
    ['frobnicate', 'Unknown command “frobnicate”.', generalHint],
    ['admit a --sevrer x', 'There is no option --sevrer of admit. Did you mean --server?', admitUsage],
    ['admit a --nope', 'There is no option --nope of admit.', admitUsage],
    ['sign-in a --acc me', 'There is no option --acc of sign-in. Did you mean --account?', signInUsage],
    ['status -x', 'There is no option -x of status.', statusUsage],
    ['--hom /srv serve', 'There is no option --hom. Did you mean --home?', generalHint],
    ['status --days 3', 'status does not support the option --days.', statusUsage],
    ['status --check=yes', '--check does not take a value.', statusUsage],
    ['admit a --server', '--server needs a value: --server NAME.', admitUsage],
    [
      'admit a --server --scope b',
      '--server needs a value. Write a value that starts with a dash as --server=--scope.',
      admitUsage,
    ],
    ['sign-in', 'sign-in requires SERVER.', signInUsage],
    ['status tools', 'status does not accept “tools”.', statusUsage],
  ];
  for (const [typed, message, hint] of told) {
    it(`is reported with the likely intended name: ${typed}`, () => {
      assert.throws(
        () => parseCommandLine(typed.split(' ')),
        (error) => {
          assert.ok(error instanceof UsageError);
          assert.deepEqual([error.message, error.hint], [message, hint]);
          return true;
        },
      );
    });
  }

  it('takes a value that begins with a dash if it is written as one', () => {
    const line = parseCommandLine(['admit', 'a', '--server=-x']);
    assert.deepEqual(line !== 'help' && line.options.server, ['-x']);
  });
});

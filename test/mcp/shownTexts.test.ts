import assert from 'node:assert/strict';
import {
  accessScopes,
  cardMessage,
  refusals,
  signedIn,
  againLine,
  identityLine,
  signInTool,
  type ConsentSubject,
} from '../../src/mcp/consentTexts.js';

const subject: ConsentSubject = {
  server: 'repositories',
  what: 'create_branch',
  scopes: ['repo:write'],
  authorizationServer: 'login.example.org',
  account: 'alice@example.org',
};

describe('the identity line', () => {
  const lines: [string, string, string][] = [
    ['create_branch', 'alice@example.org', 'create_branch as alice@example.org'],
    ['a_tool_with_a_very_long_name_indeed', 'alice@example.org', 'a_tool_with_a_ver… as alice@example.org'],
    ['t', `${'a'.repeat(60)}@example.org`, `t as ${'a'.repeat(30)}…`],
  ];
  for (const [tool, account, line] of lines) {
    it(`says “${line}”`, () => assert.equal(identityLine(tool, account), line));
  }

  it('stays under 40 characters and breaks no character, whatever it is given', () => {
    for (const tool of ['x', 'x'.repeat(39), '👩‍👩‍👧'.repeat(30)]) {
      for (const account of ['a', 'ä'.repeat(100), '👩‍👩‍👧'.repeat(30), 'a@b.example']) {
        const line = identityLine(tool, account);
        assert.ok([...new Intl.Segmenter().segment(line)].length < 40, line);
        assert.ok(!line.includes('\uFFFD') && line.isWellFormed());
        assert.match(line, /. as ./u);
      }
    }
  });
});

describe('the line of a call that goes out again', () => {
  it('names the tool, in under 40 characters', () => {
    assert.equal(againLine('create_branch'), 'create_branch again');
    assert.equal(againLine('x'.repeat(100)), `${'x'.repeat(32)}… again`);
  });
});

describe('the text of a card', () => {
  it('name server, tool, scopes and authorization server, a paragraph each', () => {
    assert.equal(
      cardMessage(subject),
      [
        'Sign in to repositories',
        'For: create_branch',
        'At: login.example.org',
        'Scopes: repo:write',
        'As: alice@example.org',
      ].join('\n\n'),
    );
    assert.match(
      cardMessage({ ...subject, isStepUp: true }),
      /^More access for repositories\n\n.*\n\n.*\n\nNew scopes: repo:write/,
    );
  });

  it('say where it goes before what may be long, and how much of that is left out', () => {
    const scopes = Array.from({ length: 100 }, (_, at) => `scope:${at}`);
    const formerAuthorizationServer = 'former.example.org';
    const signInPage = 'idp.example.net';
    const lines = cardMessage({ ...subject, scopes, signInPage, formerAuthorizationServer }).split('\n\n');
    assert.deepEqual(lines.slice(2, 5), [
      'At: login.example.org',
      'Sign-in page: idp.example.net',
      'Previously: former.example.org',
    ]);
    assert.equal(lines.at(-2), '… and 80 more');
  });

  it('name no tool for sign_in, because it is for all tools', () => {
    assert.match(cardMessage({ ...subject, what: 'sign_in' }), /\n\nFor: its tools\n\n/);
  });

  it('leave out what is not known', () => {
    assert.equal(cardMessage({ server: 'a', what: 'b', scopes: [] }), 'Sign in to a\n\nFor: b');
  });

  it('keep the lines of this world short enough for the chat', () => {
    for (const isStepUp of [false, true]) {
      for (const line of cardMessage({ ...subject, isStepUp }).split('\n'))
        assert.ok(line.length <= 34, line);
    }
  });

  it('omit scopes that only identify the user', () => {
    assert.deepEqual(accessScopes(['openid', 'repo:read', 'email', 'profile', 'offline_access']), [
      'repo:read',
    ]);
  });
});

describe('a refusal', () => {
  it('begins with what did not run, in a sentence the model can act on', () => {
    const all = [
      refusals.declined(subject),
      refusals.declined(subject, 'It was declined in the editor.'),
      refusals.cancelled(subject),
      refusals.timedOut(subject),
      refusals.grantedLess(subject, ['repo:write']),
      refusals.notSettled(subject),
      refusals.failed(subject, 'Nothing answers.', 'Try again.'),
      refusals.denied(subject, 'It said no.'),
    ];
    for (const text of all) {
      assert.match(text, /^create_branch did not run[.:]/);
      assert.match(text, /\.$/);
      assert.doesNotMatch(text, /undefined|\.\.|: \./);
    }
    assert.match(refusals.unreachable(subject, 'Nothing answers.'), /did not get a response\. Nothing/);
  });
});

describe('the tool sign_in', () => {
  it('ends with what there is to go on with', () => {
    assert.match(signedIn('a', ['x', 'y']), /available now: x, y\. Continue/);
    assert.equal(signedIn('a', []), 'Signed in to a. List its tools again.');
  });

  it('needs no confirmation of its own', () => {
    assert.deepEqual(signInTool('a').annotations, { readOnlyHint: true, openWorldHint: false });
  });
});

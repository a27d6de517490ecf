import assert from 'node:assert/strict';
import { SignInAttempt } from '../../src/broker/signIn/signInAttempt.js';
import { ConsentRounds, type AskedConsent } from '../../src/relay/callers/consentRounds.js';

const url = 'https://mcp.example.com/mcp';

/** Creates an attempt of which only the identity matters. */
function anAttempt(): SignInAttempt {
  return Object.create(SignInAttempt.prototype) as SignInAttempt;
}

/** A consent that `callerId` was asked for. */
function asked(callerId: string): AskedConsent {
  return {
    callerId,
    serverUrl: url,
    attempt: anAttempt(),
    page: { address: 'http://127.0.0.1:1/sign-in/a', visited: Promise.resolve(), dispose: () => undefined },
    need: { kind: 'signIn' },
    subject: { server: 'notes', what: 'read_notes', scopes: [] },
    input: {},
  };
}

describe('consents asked for in results', () => {
  it('can be continued once, by the caller that was asked, at the server that needs them', () => {
    const rounds = new ConsentRounds();
    const consent = asked('editor');
    const id = rounds.remember(consent);
    assert.equal(rounds.take(id, 'agent', url), undefined);
    assert.equal(rounds.take(id, 'editor', 'https://other.example.com/mcp'), undefined);
    assert.equal(rounds.take(id, 'editor', url), consent);
    assert.equal(rounds.take(id, 'editor', url), undefined);
  });

  it('are known while they are open', () => {
    const rounds = new ConsentRounds();
    const consent = asked('editor');
    const id = rounds.remember(consent);
    assert.ok(rounds.isAskedFor(consent.attempt));
    assert.ok(!rounds.isAskedFor(anAttempt()));
    rounds.take(id, 'editor', url);
    assert.ok(!rounds.isAskedFor(consent.attempt));
  });

  it('are discarded, oldest first, if callers never come back', () => {
    const rounds = new ConsentRounds();
    const [first, second] = [rounds.remember(asked('a')), rounds.remember(asked('a'))];
    for (let count = 0; count < 999; count++) rounds.remember(asked('a'));
    assert.equal(rounds.take(first, 'a', url), undefined);
    assert.notEqual(rounds.take(second, 'a', url), undefined);
  });
});

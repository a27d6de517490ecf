import assert from 'node:assert/strict';
import fc from 'fast-check';
import { initialScopes, stepUpScopes } from '../../src/oauth/scopes.js';
import { scopeTokens } from '../../src/oauth/wwwAuthenticateChallenge.js';
import { authorizationServer } from '../oauth/signIn.js';
import { cases } from './cases.js';
import { holdsFor } from './holdsFor.js';
import { anyText, longText, textOf } from './inputs.js';
import { assertScopes, isScope } from './oracles.js';

const scope = fc.oneof(
  fc.constantFrom('a', 'b', 'c', 'openid', 'email', 'profile', 'offline_access'),
  textOf("!#,:./[]~aZ'", 1, 4),
);
const scopes = fc.uniqueArray(scope, { maxLength: 5 });
const some = fc.option(scopes, { nil: undefined });
const added = ['offline_access', 'openid', 'email', 'profile'];

describe('any scopes', () => {
  const values = fc.oneof(
    longText,
    fc.array(fc.oneof(scope, anyText), { maxLength: 6 }).map((all) => all.join(' ')),
  );
  holdsFor(cases.scopeValues, 'are read from a value without what is none', values, (value) => {
    const read = scopeTokens(value);
    assertScopes(read);
    for (const word of value.split(' ')) if (isScope(word)) assert.ok(read.includes(word), word);
    assert.deepEqual(scopeTokens(read.join(' ')), read);
  });

  const selections = fc.record({
    challenge: some,
    configured: some,
    supported: some,
    listed: some,
    identity: fc.boolean(),
  });
  holdsFor(cases.scopeSelection, 'of a first sign-in are those somebody named', selections, (given) => {
    const asked = initialScopes({
      ...(given.challenge !== undefined && { challenge: { scopes: given.challenge } }),
      ...(given.configured !== undefined && { configured: given.configured }),
      resource: {
        ...{ resource: 'https://a.example', authorizationServers: ['https://as.example'], warnings: [] },
        ...(given.supported !== undefined && { scopesSupported: given.supported }),
      },
      as: authorizationServer(
        undefined,
        given.listed === undefined ? {} : { scopes_supported: given.listed },
      ),
      identity: given.identity,
    });
    assertScopes(asked);
    if (given.configured !== undefined && given.configured.length > 0) {
      assert.deepEqual(asked, given.configured);
      return;
    }
    const needed = given.challenge ?? given.supported ?? [];
    assert.deepEqual(asked.slice(0, needed.length), needed);
    const more = asked.slice(needed.length);
    if (needed.length === 0) assert.deepEqual(more, []);
    for (const one of more) {
      assert.ok(added.includes(one) && given.listed?.includes(one) === true, `${one} was not listed`);
      assert.ok(one === 'offline_access' || given.identity, `${one} was not wanted`);
    }
  });

  const stepUps = fc.record({ held: scopes, challenge: some });
  holdsFor(cases.scopeStepUp, 'of a step-up lose none and repeat none', stepUps, ({ held, challenge }) => {
    const named = challenge === undefined ? {} : { scopes: challenge };
    const { union, added: fresh } = stepUpScopes(held, named);
    assertScopes(union);
    assert.deepEqual(new Set(union), new Set([...held, ...(challenge ?? [])]));
    assert.deepEqual(
      fresh,
      (challenge ?? []).filter((one) => !held.includes(one)),
    );
    assert.deepEqual(stepUpScopes(union, named).added, []);
  });
});

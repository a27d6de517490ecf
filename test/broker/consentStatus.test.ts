import assert from 'node:assert/strict';
import {
  consentStatus,
  observationOfError,
  type ConsentStatusName,
  type CredentialFacts,
  type Observation,
  type ServerFacts,
} from '../../src/broker/status/consentStatus.js';
import { OAuthFlowError, type OAuthFlowErrorCode } from '../../src/oauth/oauthFlowError.js';

const now = Date.UTC(2030, 0, 1);
const credential: CredentialFacts = { account: 'alice', scopes: ['repo:read'], refreshable: true };
const answered: Observation = { kind: 'answered', authorized: true };
const challenged: Observation = { kind: 'challenged' };
const insufficientScope: Observation = {
  kind: 'insufficientScope',
  missing: ['repo:write'],
  tool: 'create_branch',
};
const denied: Observation = { kind: 'denied', by: 'server', detail: 'No.' };
const ended: Observation = { kind: 'ended' };
const unreachable: Observation = { kind: 'unreachable', detail: 'Nothing answers.' };
const misconfigured: Observation = { kind: 'misconfigured', detail: 'It redirects.' };

const statusOf = (facts: Partial<ServerFacts>) =>
  consentStatus({ server: 'repositories', awaitingConsent: false, ...facts }, now);

describe('consent status', () => {
  const table: { what: string; facts: Partial<ServerFacts>; status: ConsentStatusName }[] = [
    { what: 'no observation', facts: {}, status: 'unknown' },
    {
      what: 'response without a token',
      facts: { observation: { kind: 'answered', authorized: false } },
      status: 'open',
    },
    {
      what: 'response to a token that is gone',
      facts: { observation: answered },
      status: 'signedOut',
    },
    { what: 'challenged', facts: { observation: challenged }, status: 'signedOut' },
    {
      what: 'a missing scope with no account signed in',
      facts: { observation: insufficientScope },
      status: 'signedOut',
    },
    { what: 'denied, no account signed in', facts: { observation: denied }, status: 'denied' },
    { what: 'ended and gone', facts: { observation: ended }, status: 'expired' },
    { what: 'unreachable, no account signed in', facts: { observation: unreachable }, status: 'unreachable' },
    {
      what: 'a server error, no account signed in',
      facts: { observation: misconfigured },
      status: 'misconfigured',
    },
    { what: 'signed in, no observation', facts: { credential }, status: 'ready' },
    { what: 'signed in, with a response', facts: { credential, observation: answered }, status: 'ready' },
    {
      what: 'expired but refreshable',
      facts: { credential: { ...credential, expiresAt: now - 1 } },
      status: 'ready',
    },
    {
      what: 'expired at this very moment and not refreshable',
      facts: { credential: { ...credential, expiresAt: now, refreshable: false } },
      status: 'expired',
    },
    {
      what: 'not refreshable and not expired',
      facts: { credential: { ...credential, expiresAt: now + 1, refreshable: false } },
      status: 'ready',
    },
    {
      what: 'not refreshable and without a known expiry',
      facts: { credential: { ...credential, refreshable: false } },
      status: 'ready',
    },
    { what: 'refused with a token', facts: { credential, observation: challenged }, status: 'expired' },
    { what: 'ended', facts: { credential, observation: ended }, status: 'expired' },
    {
      what: 'a scope is missing',
      facts: { credential, observation: insufficientScope },
      status: 'needsScopes',
    },
    {
      what: 'a scope was missing and is now held',
      facts: {
        credential: { ...credential, scopes: ['repo:read', 'repo:write'] },
        observation: insufficientScope,
      },
      status: 'ready',
    },
    { what: 'denied', facts: { credential, observation: denied }, status: 'denied' },
    { what: 'unreachable', facts: { credential, observation: unreachable }, status: 'unreachable' },
    {
      what: 'a browser is open, with any other observation',
      facts: { credential, observation: denied, awaitingConsent: true },
      status: 'awaitingConsent',
    },
    {
      what: 'a browser is open for a server that was unreachable',
      facts: { observation: unreachable, awaitingConsent: true },
      status: 'awaitingConsent',
    },
    {
      what: 'a server error while a browser is open',
      facts: { credential, observation: misconfigured, awaitingConsent: true },
      status: 'misconfigured',
    },
    {
      what: 'unreachable with an expired credential',
      facts: {
        credential: { ...credential, expiresAt: now - 1, refreshable: false },
        observation: unreachable,
      },
      status: 'unreachable',
    },
    {
      what: 'a scope is missing and the expired credential can be renewed',
      facts: { credential: { ...credential, expiresAt: now - 1 }, observation: insufficientScope },
      status: 'needsScopes',
    },
  ];
  for (const { what, facts, status } of table) {
    it(`is ${status}: ${what}`, () => assert.equal(statusOf(facts).status, status));
  }

  it('covers every status', () => {
    assert.deepEqual([...new Set(table.map(({ status }) => status))].sort(), [
      'awaitingConsent',
      'denied',
      'expired',
      'misconfigured',
      'needsScopes',
      'open',
      'ready',
      'signedOut',
      'unknown',
      'unreachable',
    ]);
  });

  it('names the server, the account, held and missing scopes, and the requesting tool', () => {
    assert.deepEqual(statusOf({ credential, observation: insufficientScope }), {
      status: 'needsScopes',
      server: 'repositories',
      signedIn: true,
      account: 'alice',
      refreshable: true,
      held: ['repo:read'],
      missing: ['repo:write'],
      tool: 'create_branch',
    });
  });

  it('contains expiry and renewal only while a token is held', () => {
    const { expiresAt, refreshable } = statusOf({ credential: { ...credential, expiresAt: now + 1 } });
    assert.deepEqual([expiresAt, refreshable], [now + 1, true]);
    const without = statusOf({ observation: challenged });
    assert.deepEqual([without.expiresAt, without.refreshable], [undefined, undefined]);
  });

  it('shows whether there is a sign-in to end, even if its account and purpose are unknown', () => {
    const nameless = { scopes: [], refreshable: false, expiresAt: now };
    assert.equal(statusOf({ credential: nameless }).signedIn, true);
    assert.equal(statusOf({ credential: nameless, observation: unreachable }).signedIn, true);
    assert.equal(statusOf({ observation: answered }).signedIn, false);
  });

  it('names the source of a denial, and only of a denial', () => {
    assert.equal(statusOf({ credential, observation: denied }).deniedBy, 'server');
    assert.equal(statusOf({ credential, observation: unreachable }).deniedBy, undefined);
  });

  it('names as missing only scopes that are not held', () => {
    const observation = { kind: 'insufficientScope', missing: ['repo:read', 'repo:write'] } as const;
    assert.deepEqual(statusOf({ credential, observation }).missing, ['repo:write']);
  });

  it('contains the observation if the status alone does not show it', () => {
    assert.equal(statusOf({ credential, observation: denied }).detail, 'No.');
    assert.equal(statusOf({ observation: unreachable }).detail, 'Nothing answers.');
    assert.equal(statusOf({ credential }).detail, undefined);
  });
});

describe('the observation of a failed step', () => {
  const table: { code: OAuthFlowErrorCode; oauthError?: string; kind: Observation['kind'] | undefined }[] = [
    { code: 'notProtected', kind: 'answered' },
    { code: 'unreachable', kind: 'unreachable' },
    { code: 'timedOut', kind: 'unreachable' },
    { code: 'issuerMismatch', kind: 'misconfigured' },
    { code: 'registrationRefused', kind: 'misconfigured' },
    { code: 'stateMismatch', kind: undefined },
    { code: 'callbackIssuerMismatch', kind: 'misconfigured' },
    { code: 'unexpected', kind: undefined },
    { code: 'authorizationRefused', oauthError: 'temporarily_unavailable', kind: 'unreachable' },
    { code: 'authorizationRefused', oauthError: 'invalid_scope', kind: 'misconfigured' },
    { code: 'tokenRequestRefused', oauthError: 'server_error', kind: 'unreachable' },
    { code: 'tokenRequestRefused', oauthError: 'invalid_client', kind: 'misconfigured' },
    { code: 'tokenRequestRefused', oauthError: 'invalid_grant', kind: undefined },
  ];
  for (const { code, oauthError, kind } of table) {
    it(`of ${code}${oauthError === undefined ? '' : `, ${oauthError}`} is ${kind ?? 'none'}`, () => {
      const details = oauthError === undefined ? {} : { oauthError };
      assert.equal(observationOfError(new OAuthFlowError(code, 'Why.', details))?.kind, kind);
    });
  }
});

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
    { what: 'nothing seen', facts: {}, status: 'unknown' },
    {
      what: 'answered without a token',
      facts: { observation: { kind: 'answered', authorized: false } },
      status: 'open',
    },
    {
      what: 'answered to a token that is gone',
      facts: { observation: answered },
      status: 'signedOut',
    },
    { what: 'challenged', facts: { observation: challenged }, status: 'signedOut' },
    { what: 'a scope asked of nobody', facts: { observation: insufficientScope }, status: 'signedOut' },
    { what: 'denied, nobody signed in', facts: { observation: denied }, status: 'denied' },
    { what: 'ended and gone', facts: { observation: ended }, status: 'expired' },
    { what: 'unreachable, nobody signed in', facts: { observation: unreachable }, status: 'unreachable' },
    { what: 'a fault, nobody signed in', facts: { observation: misconfigured }, status: 'misconfigured' },
    { what: 'signed in, nothing seen', facts: { credential }, status: 'ready' },
    { what: 'signed in and answered', facts: { credential, observation: answered }, status: 'ready' },
    {
      what: 'lapsed but refreshable',
      facts: { credential: { ...credential, expiresAt: now - 1 } },
      status: 'ready',
    },
    {
      what: 'lapsed at this very moment and not refreshable',
      facts: { credential: { ...credential, expiresAt: now, refreshable: false } },
      status: 'expired',
    },
    {
      what: 'not refreshable and not lapsed',
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
      what: 'a scope was missing and is held now',
      facts: {
        credential: { ...credential, scopes: ['repo:read', 'repo:write'] },
        observation: insufficientScope,
      },
      status: 'ready',
    },
    { what: 'denied', facts: { credential, observation: denied }, status: 'denied' },
    { what: 'unreachable', facts: { credential, observation: unreachable }, status: 'unreachable' },
    {
      what: 'a browser is open, whatever else was seen',
      facts: { credential, observation: denied, awaitingConsent: true },
      status: 'awaitingConsent',
    },
    {
      what: 'a browser is open at a server that could not be reached',
      facts: { observation: unreachable, awaitingConsent: true },
      status: 'awaitingConsent',
    },
    {
      what: 'a fault, though a browser is open',
      facts: { credential, observation: misconfigured, awaitingConsent: true },
      status: 'misconfigured',
    },
    {
      what: 'unreachable, though the credential has lapsed',
      facts: {
        credential: { ...credential, expiresAt: now - 1, refreshable: false },
        observation: unreachable,
      },
      status: 'unreachable',
    },
    {
      what: 'a scope is missing, though the credential has lapsed and can be renewed',
      facts: { credential: { ...credential, expiresAt: now - 1 }, observation: insufficientScope },
      status: 'needsScopes',
    },
  ];
  for (const { what, facts, status } of table) {
    it(`is ${status}: ${what}`, () => assert.equal(statusOf(facts).status, status));
  }

  it('covers the closed set', () => {
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

  it('names server, account, held and missing scopes, and the tool that asked', () => {
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

  it('says until when a token is good, and whether it is renewed, only where one is held', () => {
    const { expiresAt, refreshable } = statusOf({ credential: { ...credential, expiresAt: now + 1 } });
    assert.deepEqual([expiresAt, refreshable], [now + 1, true]);
    const without = statusOf({ observation: challenged });
    assert.deepEqual([without.expiresAt, without.refreshable], [undefined, undefined]);
  });

  it('says whether there is a sign-in to end, though nothing is known of who or for what', () => {
    const nameless = { scopes: [], refreshable: false, expiresAt: now };
    assert.equal(statusOf({ credential: nameless }).signedIn, true);
    assert.equal(statusOf({ credential: nameless, observation: unreachable }).signedIn, true);
    assert.equal(statusOf({ observation: answered }).signedIn, false);
  });

  it('says who said no, and of nothing else', () => {
    assert.equal(statusOf({ credential, observation: denied }).deniedBy, 'server');
    assert.equal(statusOf({ credential, observation: unreachable }).deniedBy, undefined);
  });

  it('names as missing only what is not held', () => {
    const observation = { kind: 'insufficientScope', missing: ['repo:read', 'repo:write'] } as const;
    assert.deepEqual(statusOf({ credential, observation }).missing, ['repo:write']);
  });

  it('says what was seen where the status alone does not', () => {
    assert.equal(statusOf({ credential, observation: denied }).detail, 'No.');
    assert.equal(statusOf({ observation: unreachable }).detail, 'Nothing answers.');
    assert.equal(statusOf({ credential }).detail, undefined);
  });
});

describe('what a failed step says of the server', () => {
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
    it(`${code}${oauthError === undefined ? '' : `, ${oauthError}`}: ${kind ?? 'nothing'}`, () => {
      const details = oauthError === undefined ? {} : { oauthError };
      assert.equal(observationOfError(new OAuthFlowError(code, 'Why.', details))?.kind, kind);
    });
  }
});

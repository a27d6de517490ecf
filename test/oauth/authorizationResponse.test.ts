import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { AuthorizationServer } from '../../src/oauth/authorizationServerMetadata.js';
import { buildAuthorizationRequest } from '../../src/oauth/authorizationRequest.js';
import { validateAuthorizationResponse } from '../../src/oauth/authorizationResponse.js';
import type { OAuthFlowErrorCode } from '../../src/oauth/oauthFlowError.js';
import { flowError } from './flowErrors.js';
import { authorizationServer, publicClient as client, redirectUri } from './signIn.js';

const issuer = 'https://as.example';
const advertised = { authorization_response_iss_parameter_supported: true };

async function pendingAt(more: Partial<AuthorizationServer> = {}) {
  const as = authorizationServer(issuer, more);
  return (await buildAuthorizationRequest({ as, client, redirectUri, scopes: [] })).pending;
}

describe('authorization response', () => {
  it('gives the code, and prints nothing of it', async () => {
    const pending = await pendingAt();
    const callback = validateAuthorizationResponse(
      pending,
      new URLSearchParams({ code: 'the-code', state: pending.state, reqid: '7' }),
    );
    assert.equal(callback.expose().get('code'), 'the-code');
    assert.ok(!inspect(callback, { showHidden: true, depth: 9 }).includes('the-code'));
    assert.ok(!JSON.stringify(callback).includes('the-code'));
  });

  it('is refused if its state is missing or different, whatever its other parameters', async () => {
    const pending = await pendingAt();
    const near = pending.state.slice(0, -1) + (pending.state.endsWith('A') ? 'B' : 'A');
    for (const state of [undefined, '', 'x', near, pending.state + 'x', pending.state.slice(1)]) {
      const parameters = new URLSearchParams({
        code: 'c',
        error: 'access_denied',
        iss: 'https://evil.example',
      });
      if (state !== undefined) parameters.set('state', state);
      await flowError('stateMismatch', () => validateAuthorizationResponse(pending, parameters));
    }
  });

  for (const name of ['state', 'code', 'iss', 'error']) {
    it(`is refused when it repeats ${name}`, async () => {
      const pending = await pendingAt();
      const parameters = new URLSearchParams({ code: 'c', state: pending.state, iss: issuer });
      parameters.append(name, 'again');
      parameters.append(name, 'again');
      await flowError('invalidCallback', () => validateAuthorizationResponse(pending, parameters));
    });
  }

  // RFC 9207 §2.4; the same for a code and for an error.
  for (const { iss, more, refused } of [
    { iss: issuer, more: advertised, refused: false },
    { iss: issuer, more: {}, refused: false },
    { iss: undefined, more: {}, refused: false },
    { iss: undefined, more: advertised, refused: true },
    { iss: 'https://evil.example', more: advertised, refused: true },
    { iss: 'https://evil.example', more: {}, refused: true },
    { iss: `${issuer}/`, more: {}, refused: true },
    { iss: '', more: {}, refused: true },
  ]) {
    const which = iss === undefined ? 'no iss' : `iss "${iss}"`;
    const known = more === advertised ? 'advertised' : 'not advertised';
    it(`with ${which}, ${known}, is ${refused ? 'refused' : 'accepted'}`, async () => {
      const pending = await pendingAt(more);
      const about = { state: pending.state, ...(iss !== undefined && { iss }) };
      const withCode = () =>
        validateAuthorizationResponse(pending, new URLSearchParams({ ...about, code: 'c' }));
      const withError = () =>
        validateAuthorizationResponse(pending, new URLSearchParams({ ...about, error: 'access_denied' }));
      if (refused) await flowError('callbackIssuerMismatch', withCode);
      else withCode();
      await flowError(refused ? 'callbackIssuerMismatch' : 'accessDenied', withError);
    });
  }

  it('distinguishes a denial from other refusals, and shortens the server’s text', async () => {
    const pending = await pendingAt();
    for (const [error, code] of [
      ['access_denied', 'accessDenied'],
      ['invalid_scope', 'authorizationRefused'],
    ] satisfies [string, OAuthFlowErrorCode][]) {
      const parameters = new URLSearchParams({ error, state: pending.state });
      parameters.set('error_description', `why\u001b[31m${'x'.repeat(5000)}`);
      const thrown = await flowError(code, () => validateAuthorizationResponse(pending, parameters));
      assert.equal(thrown.details.oauthError, error);
      assert.ok(thrown.message.length < 300 && thrown.message.includes('why [31m'), thrown.message);
    }
  });

  for (const [said, told] of [
    [undefined, 'Access was denied at https://as.example.'],
    ['You said no', 'Access was denied at https://as.example: You said no.'],
    ['You said no.', 'Access was denied at https://as.example: You said no.'],
  ] as const) {
    it(`reports a denial with ${said ?? 'no description'} in a complete sentence`, async () => {
      const pending = await pendingAt();
      const parameters = new URLSearchParams({ error: 'access_denied', state: pending.state });
      if (said !== undefined) parameters.set('error_description', said);
      assert.throws(() => validateAuthorizationResponse(pending, parameters), { message: told });
    });
  }

  it('is refused when it has neither code nor error, or is of another flow', async () => {
    const pending = await pendingAt();
    for (const more of [{}, { code: '' }, { code: 'c', id_token: 'x' }, { code: 'c', response: 'x' }]) {
      const parameters = new URLSearchParams({ state: pending.state, ...more });
      await flowError('invalidCallback', () => validateAuthorizationResponse(pending, parameters));
    }
  });
});

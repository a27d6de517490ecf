import assert from 'node:assert/strict';
import { DpopKey } from '../../src/oauth/dpop.js';
import type { OAuthFlowErrorCode } from '../../src/oauth/oauthFlowError.js';
import type { OAuthClient } from '../../src/oauth/oauthClient.js';
import { buildAuthorizationRequest, pushedWhereRequired } from '../../src/oauth/authorizationRequest.js';
import { Redacted } from '../../src/base/redacted.js';
import { flowError } from './flowErrors.js';
import { closeServers, http, scriptedServer, type ScriptedAnswer } from './scriptedServer.js';
import { authorizationServer, publicClient, redirectUri, resource } from './signIn.js';

const reference = 'urn:ietf:params:oauth:request_uri:6esc';
const accepted: ScriptedAnswer = { status: 201, body: { request_uri: reference, expires_in: 60 } };

describe('pushed authorization request', () => {
  afterEach(closeServers);

  /** A request to a server that answers the push so. */
  async function requestTo(
    answer: ScriptedAnswer,
    more: { readonly required?: boolean; readonly client?: OAuthClient; readonly key?: DpopKey } = {},
  ) {
    const server = await scriptedServer(() => answer);
    const as = authorizationServer(server.origin, {
      authorization_endpoint: `${server.origin}/authorize?tenant=7&scope=theirs`,
      pushed_authorization_request_endpoint: `${server.origin}/par`,
      require_pushed_authorization_requests: more.required ?? true,
    });
    const request = await buildAuthorizationRequest({
      as,
      client: more.client ?? publicClient,
      redirectUri,
      resource,
      scopes: ['openid', 'a'],
      ...(more.key !== undefined && { dpop: { key: more.key, required: true } }),
    });
    return { request, requests: server.requests, origin: server.origin };
  }

  it('carries all of it, and sends the browser on with the reference alone', async () => {
    const { request, requests, origin } = await requestTo(accepted);
    const url = await pushedWhereRequired(request, http);
    assert.equal(url.origin + url.pathname, `${origin}/authorize`);
    assert.deepEqual(
      [...url.searchParams],
      [
        ['tenant', '7'],
        ['client_id', 'client-1'],
        ['request_uri', reference],
      ],
    );
    assert.equal(requests[0]?.path, '/par');
    assert.deepEqual(Object.fromEntries(requests[0].form), request.parameters);
    const { state, nonce } = request.pending;
    assert.deepEqual([requests[0].form.get('state'), requests[0].form.get('nonce')], [state, nonce]);
    assert.deepEqual([...request.url.searchParams.keys()].includes('code_challenge'), true);
  });

  it('is not made if the server only offers it', async () => {
    const { request, requests } = await requestTo(accepted, { required: false });
    assert.equal(await pushedWhereRequired(request, http), request.url);
    assert.equal(requests.length, 0);
  });

  it('authenticates the client as at the token endpoint', async () => {
    const client: OAuthClient = {
      ...publicClient,
      clientSecret: new Redacted('hush'),
      authMethod: 'client_secret_basic',
    };
    const { request, requests } = await requestTo(accepted, { client });
    await pushedWhereRequired(request, http);
    assert.match(requests[0]?.headers.authorization ?? '', /^Basic /);
  });

  it('proves the key that the code will be bound to', async () => {
    const key = await DpopKey.generate();
    const { request, requests } = await requestTo(accepted, { key });
    const url = await pushedWhereRequired(request, http);
    assert.ok(typeof requests[0]?.headers['dpop'] === 'string');
    assert.equal(requests[0].form.get('dpop_jkt'), await key.thumbprint());
    assert.equal(url.searchParams.has('dpop_jkt'), false);
  });

  it('is accepted with 200 as well', async () => {
    const { request } = await requestTo({ ...accepted, status: 200 });
    assert.equal((await pushedWhereRequired(request, http)).searchParams.get('request_uri'), reference);
  });

  for (const [what, code, answer, said] of [
    [
      'a refusal with a reason',
      'authorizationRefused',
      { status: 400, body: { error: 'invalid_scope', error_description: 'no "a" here' } },
      /rejected the pushed authorization request \(PAR\): invalid_scope, no "a" here\.$/,
    ],
    ['a refusal without one', 'authorizationRefused', { status: 403, body: '' }, /\(PAR\): status 403\.$/],
    ['an answer without a reference', 'invalidMetadata', { status: 201, body: {} }, /no "request_uri"/],
    ['a page', 'notJson', { status: 201, body: '<html>' }, /instead of JSON/],
    ['a redirect', 'redirected', { status: 302, headers: { location: 'https://evil.example/' } }, /evil/],
  ] satisfies [string, OAuthFlowErrorCode, ScriptedAnswer, RegExp][]) {
    it(`ends the sign-in with ${what}, in words`, async () => {
      const { request } = await requestTo(answer);
      const error = await flowError(code, () => pushedWhereRequired(request, http));
      assert.match(error.message, said);
      if (answer.status === 400) assert.equal(error.details.oauthError, 'invalid_scope');
    });
  }

  it('names the missing endpoint if it is required and there is none', async () => {
    const as = authorizationServer(undefined, { require_pushed_authorization_requests: true });
    const request = await buildAuthorizationRequest({ as, client: publicClient, redirectUri, scopes: [] });
    const error = await flowError('invalidMetadata', () => pushedWhereRequired(request, http));
    assert.equal(error.details.field, 'pushed_authorization_request_endpoint');
  });
});

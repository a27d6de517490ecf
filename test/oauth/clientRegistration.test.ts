import assert from 'node:assert/strict';
import { chooseClientIdentity, registerClient } from '../../src/oauth/clientRegistration.js';
import { Redacted } from '../../src/base/redacted.js';
import { flowError } from './flowErrors.js';
import { closeServers, http, scriptedServer, type ScriptedAnswer } from './scriptedServer.js';
import { authorizationServer, redirectUri } from './signIn.js';

const registration = { redirectUris: [redirectUri], clientName: 'Broker', scopes: ['a', 'b'] };

async function registrar(answer: ScriptedAnswer, methods?: string[]) {
  const server = await scriptedServer(() => answer);
  const as = authorizationServer(server.origin, {
    registration_endpoint: `${server.origin}/register`,
    ...(methods !== undefined && { token_endpoint_auth_methods_supported: methods }),
  });
  return { as, requests: server.requests };
}

describe('client identity', () => {
  const everything = authorizationServer(undefined, {
    registration_endpoint: 'https://as.example/register',
    client_id_metadata_document_supported: true,
  });
  const clientMetadataUrl = 'https://client.example/metadata.json';

  it('is the configured one before all others', () => {
    const choice = chooseClientIdentity(everything, {
      configuredClientId: 'mine',
      clientMetadataUrl,
    });
    assert.ok(choice.kind === 'use');
    assert.deepEqual([choice.client.clientId, choice.client.source], ['mine', 'preRegistered']);
    assert.equal(choice.client.authMethod, 'none');
  });

  it('is a metadata document where the server reads them, else a registration, else a question', () => {
    const choice = chooseClientIdentity(everything, { clientMetadataUrl });
    assert.ok(choice.kind === 'use');
    assert.deepEqual(
      [choice.client.clientId, choice.client.source],
      [clientMetadataUrl, 'clientIdMetadataDocument'],
    );
    assert.equal(chooseClientIdentity(everything, {}).kind, 'register');
    assert.equal(chooseClientIdentity(authorizationServer(), { clientMetadataUrl }).kind, 'ask');
  });

  it('sends a configured secret the way the server lists, Basic by default', () => {
    for (const [listed, method] of [
      [undefined, 'client_secret_basic'],
      [['client_secret_post', 'client_secret_basic'], 'client_secret_basic'],
      [['none', 'client_secret_post'], 'client_secret_post'],
    ] as const) {
      const as = authorizationServer(
        undefined,
        listed && { token_endpoint_auth_methods_supported: [...listed] },
      );
      const choice = chooseClientIdentity(as, {
        configuredClientId: 'mine',
        configuredSecret: new Redacted('s'),
      });
      assert.ok(choice.kind === 'use');
      assert.equal(choice.client.authMethod, method);
    }
  });
});

describe('dynamic client registration', () => {
  afterEach(closeServers);

  it('asks for a native public client with both grants', async () => {
    const { as, requests } = await registrar({ status: 201, body: { client_id: 'new' } });
    assert.deepEqual(await registerClient(as, registration, http), {
      clientId: 'new',
      authMethod: 'none',
      source: 'registered',
      redirectUris: [redirectUri],
    });
    assert.deepEqual(JSON.parse(requests[0]?.body ?? ''), {
      application_type: 'native',
      client_name: 'Broker',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      scope: 'a b',
    });
  });

  it('asks for a secret where the server lists no `none`', async () => {
    const { as, requests } = await registrar(
      { status: 201, body: { client_id: 'new', client_secret: 's', client_secret_expires_at: 0 } },
      ['client_secret_post'],
    );
    await registerClient(as, registration, http);
    assert.match(requests[0]?.body ?? '', /"token_endpoint_auth_method":"client_secret_post"/);
  });

  it('takes 200 for 201', async () => {
    const { as } = await registrar({ status: 200, body: { client_id: 'new' } });
    assert.equal((await registerClient(as, registration, http)).clientId, 'new');
  });

  it('uses a secret that was not requested in the way that the response names, else Basic', async () => {
    for (const [named, method] of [
      [undefined, 'client_secret_basic'],
      ['client_secret_post', 'client_secret_post'],
    ]) {
      const { as } = await registrar({
        status: 201,
        body: {
          client_id: 'new',
          client_secret: 'hush',
          client_secret_expires_at: 1_900_000_000,
          token_endpoint_auth_method: named,
        },
      });
      const client = await registerClient(as, registration, http);
      assert.equal(client.authMethod, method);
      assert.equal(client.clientSecret?.expose(), 'hush');
      assert.equal(client.secretExpiresAt, 1_900_000_000_000);
      assert.ok(!JSON.stringify(client).includes('hush'));
    }
  });

  it('keeps no secret the response says is not used, and no expiry that is none', async () => {
    const body = { client_id: 'new', client_secret: 'hush', token_endpoint_auth_method: 'none' };
    const { as } = await registrar({ status: 201, body });
    const client = await registerClient(as, registration, http);
    assert.deepEqual([client.authMethod, client.clientSecret], ['none', undefined]);
  });

  it('takes the redirect addresses the server settled on', async () => {
    const { as } = await registrar({ status: 201, body: { client_id: 'n', redirect_uris: ['app://x'] } });
    assert.deepEqual((await registerClient(as, registration, http)).redirectUris, ['app://x']);
  });

  it("reports a refusal with the server's code, and its words made safe", async () => {
    const words = `no\u0007\n${'x'.repeat(5000)}`;
    const { as } = await registrar({
      status: 400,
      body: { error: 'invalid_redirect_uri', error_description: words },
    });
    const error = await flowError('registrationRefused', () => registerClient(as, registration, http));
    assert.equal(error.details.oauthError, 'invalid_redirect_uri');
    assert.equal(error.details.status, 400);
    assert.ok(error.message.length < 300 && error.message.includes('no xxx'), error.message);
    assert.notEqual(error.details.fix, '');
  });

  it('reports a refusal that is no JSON', async () => {
    const { as } = await registrar({ status: 403, body: '<html>forbidden</html>' });
    const error = await flowError('registrationRefused', () => registerClient(as, registration, http));
    assert.equal(error.details.status, 403);
  });

  it('refuses a registration without id, or with a method we do not have', async () => {
    for (const [field, body] of [
      ['client_id', { client_name: 'x' }],
      [
        'token_endpoint_auth_method',
        { client_id: 'x', client_secret: 's', token_endpoint_auth_method: 'private_key_jwt' },
      ],
    ] as const) {
      const { as } = await registrar({ status: 201, body });
      const error = await flowError('invalidMetadata', () => registerClient(as, registration, http));
      assert.equal(error.details.field, field);
    }
  });

  it('reports that a client ID is required if the server does not register clients', async () => {
    await flowError('clientIdRequired', () => registerClient(authorizationServer(), registration, http));
  });
});

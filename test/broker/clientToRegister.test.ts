import assert from 'node:assert/strict';
import { clientToRegister } from '../../src/broker/clients/clientToRegister.js';
import type { Discovered } from '../../src/broker/discovery/discovery.js';
import type { RedirectReach, RedirectUris } from '../../src/broker/ports.js';
import type { OAuthSettings } from '../../src/broker/settings/oauthSettings.js';
import { signInPolicy } from '../../src/broker/settings/signInPolicy.js';
import { authorizationServer } from '../oauth/signIn.js';
import { serverAt } from './brokerWindow.js';
import { redirectReaches } from './redirectReaches.js';

const { desktop, portable, browser, headless } = redirectReaches;
const handlerUri = 'vscode://publisher.broker/callback';
const issuer = 'https://as.example/tenant';

describe('the client to register by hand', () => {
  const of = (reach: RedirectReach, oauth: OAuthSettings = {}, metadata: object = {}) => {
    const server = { ...serverAt('https://mcp.example/mcp'), oauth };
    const redirects: RedirectUris = {
      reach: () => Promise.resolve(reach),
      uriHandler: (path) =>
        Promise.resolve({ kind: 'uriHandler', uri: handlerUri, path, dispose: () => undefined }),
      loopback: () => assert.fail('nothing listens'),
    };
    const as = authorizationServer(issuer, metadata);
    const found = {
      as,
      policy: signInPolicy(server, issuer),
      scopes: ['repo:read'],
    } as unknown as Discovered;
    return clientToRegister(server, found, redirects);
  };
  const uses = async (...given: Parameters<typeof of>) =>
    (await of(...given)).redirectUris.map(({ uri, use }) => `${use} ${uri}`);

  it('lists first the redirect URI that the next sign-in sends, then those for other cases', async () => {
    assert.deepEqual(await uses(desktop), [
      `next ${handlerUri}`,
      'ifConfigured http://127.0.0.1:47113/callback',
      'ifConfigured http://127.0.0.1/callback',
    ]);
    assert.deepEqual(await uses(portable), [
      'next http://127.0.0.1:47113/callback',
      'portTaken http://127.0.0.1/callback',
    ]);
    assert.deepEqual(await uses(desktop, { loopbackPort: 4711, loopbackPath: '/cb' }), [
      'next http://127.0.0.1:4711/cb',
    ]);
    assert.deepEqual(await uses(headless), ['next http://127.0.0.1/callback']);
  });

  it('lists no redirect URI that changes with each sign-in', async () => {
    assert.deepEqual(await uses(browser, { redirect: 'uriHandler' }), []);
    assert.equal((await uses(browser))[0], 'next http://127.0.0.1:47113/callback');
  });

  it('is public unless the authorization server requires a client secret', async () => {
    const needsSecret = async (methods?: string[]) =>
      (await of(desktop, {}, methods && { token_endpoint_auth_methods_supported: methods })).needsSecret;
    assert.equal(await needsSecret(), false);
    assert.equal(await needsSecret(['client_secret_basic', 'none']), false);
    assert.equal(await needsSecret(['client_secret_basic']), true);
    assert.equal((await of(desktop, { profile: 'google' })).needsSecret, true);
  });

  it('has the grant types and scopes that the broker requests', async () => {
    const client = await of(desktop);
    assert.deepEqual([client.host, client.scopes], ['as.example', ['repo:read']]);
    assert.deepEqual(client.grantTypes, ['authorization_code', 'refresh_token']);
    const once = await of(desktop, {}, { grant_types_supported: ['authorization_code'] });
    assert.deepEqual(once.grantTypes, ['authorization_code']);
    const itself = await of(desktop, { grant: 'clientCredentials' });
    assert.deepEqual([itself.grantTypes, itself.redirectUris], [['client_credentials'], []]);
  });
});

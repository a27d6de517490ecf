import assert from 'node:assert/strict';
import { releaseReplacedClient } from '../../src/broker/signIn/clientLifecycle.js';
import type { OAuthClient } from '../../src/oauth/oauthClient.js';
import { Redacted } from '../../src/base/redacted.js';
import { closeServers, scriptedServer } from '../oauth/scriptedServer.js';
import { placeOf, type Credential } from '../../src/broker/accounts/credential.js';
import { BrokerWindow, credentialFor, serverAt } from './brokerWindow.js';

const issuer = 'https://as.example';
const redirectUri = 'vscode://publisher.broker/callback';
const server = serverAt('http://127.0.0.1:1/mcp');

describe('the client of a replaced sign-in', () => {
  afterEach(closeServers);

  async function world(isOneTime = true) {
    const registrations = await scriptedServer(() => ({ status: 204 }));
    const client = (clientId: string): OAuthClient => ({
      ...{ clientId, authMethod: 'none', source: 'registered', redirectUris: [redirectUri] },
      ...(isOneTime && { isOneTime }),
      management: { uri: `${registrations.origin}/${clientId}`, token: new Redacted('manage') },
    });
    const window = new BrokerWindow();
    const { credentials, clock, shared } = window;
    const of = (clientId: string, url = server.url, account = 'alice'): Credential =>
      credentialFor(url, issuer, clock, {
        ...{ id: `${clientId} ${account}`, client: client(clientId) },
        account: { id: account, label: account },
      });
    const release = async (place = server.url, next = 'second') => {
      await credentials.put(of(next, place));
      const parts = {
        credentials,
        http: { fetch },
        log: shared.log,
      };
      await releaseReplacedClient(server, of('first', place), parts);
      return registrations.requests.map(({ method, path }) => `${method} ${path}`);
    };
    return { credentials, of, release };
  }

  it('is deleted if it was registered for that sign-in alone', async () => {
    const { release } = await world();
    assert.deepEqual(await release(), ['DELETE /first']);
  });

  it('is kept if it was registered for every sign-in there', async () => {
    const { release } = await world(false);
    assert.deepEqual(await release(), []);
  });

  it('is kept if an agent’s own sign-in uses it', async () => {
    const { credentials, of, release } = await world(false);
    await credentials.put(of('first', placeOf(server, 'agent').url));
    assert.deepEqual(await release(), []);
  });

  it('is kept if the server returned the same client for the next sign-in', async () => {
    for (const place of [server.url, placeOf(server, 'agent').url]) {
      const { release } = await world();
      assert.deepEqual(await release(place, 'first'), [], place);
    }
  });
});

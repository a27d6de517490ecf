import assert from 'node:assert/strict';
import { ClientStore } from '../../src/broker/clientStore.js';
import type { Credential } from '../../src/broker/credential.js';
import { releaseReplacedClient } from '../../src/broker/replacedClient.js';
import type { OAuthClient } from '../../src/oauth/oauthClient.js';
import { Redacted } from '../../src/oauth/redacted.js';
import { closeServers, scriptedServer } from '../oauth/scriptedServer.js';
import { BrokerWindow, credentialFor, serverAt } from './brokerWindow.js';

const issuer = 'https://as.example';
const redirectUri = 'vscode://publisher.broker/callback';
const server = serverAt('http://127.0.0.1:1/mcp');
const other = serverAt('http://127.0.0.1:2/mcp', 'other');

describe('the client of a sign-in that another has replaced', () => {
  afterEach(closeServers);

  async function world(more: Partial<OAuthClient> = {}) {
    const registrations = await scriptedServer(() => ({ status: 204 }));
    const client = (clientId: string): OAuthClient => ({
      ...{ clientId, authMethod: 'none', source: 'registered', redirectUris: [redirectUri] },
      management: { uri: `${registrations.origin}/${clientId}`, token: new Redacted('manage') },
      ...more,
    });
    const window = new BrokerWindow();
    const { credentials, clock, shared } = window;
    const clients = new ClientStore(shared.secrets, clock);
    const of = (clientId: string, url = server.url, account = 'alice'): Credential =>
      credentialFor(url, issuer, clock, {
        ...{ id: `${clientId} ${account}`, client: client(clientId) },
        account: { id: account, label: account },
      });
    const release = async (place = server.url, next = 'second') => {
      await credentials.put(of(next, place));
      const parts = {
        credentials,
        clients,
        http: { fetch },
        log: shared.log,
        servers: () => [server, other],
      };
      await releaseReplacedClient(server, of('first', place), parts);
      return registrations.requests.map(({ method, path }) => `${method} ${path}`);
    };
    return { credentials, clients, client, of, release };
  }

  it('is deleted', async () => {
    const { release } = await world();
    assert.deepEqual(await release(), ['DELETE /first']);
  });

  it('is deleted where its place in the store is another’s', async () => {
    const { clients, client, release } = await world();
    await clients.put(issuer, redirectUri, client('second'));
    assert.deepEqual(await release(), ['DELETE /first']);
  });

  it('stays where the next sign-in would use it', async () => {
    const { clients, client, release } = await world();
    await clients.put(issuer, redirectUri, client('first'));
    assert.deepEqual(await release(), []);
  });

  it('stays where another account uses it, or another server', async () => {
    for (const [url, account] of [
      [server.url, 'bob'],
      [other.url, 'alice'],
    ] as const) {
      const { credentials, of, release } = await world();
      await credentials.put(of('first', url, account));
      assert.deepEqual(await release(), [], url);
    }
  });

  it('stays where a sign-in that is kept in a place of its own has the same client', async () => {
    const { release } = await world();
    assert.deepEqual(await release(`${server.url}#agent`, 'first'), []);
  });

  for (const [what, more] of [
    ['was not registered by us', { source: 'preRegistered' }],
    ['may be stored under an address that is not known', { redirectUris: [] }],
  ] as readonly [string, Partial<OAuthClient>][]) {
    it(`stays where it ${what}`, async () => {
      assert.deepEqual(await (await world(more)).release(), []);
    });
  }
});

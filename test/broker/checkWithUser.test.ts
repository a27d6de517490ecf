import assert from 'node:assert/strict';
import { AccessTokens } from '../../src/broker/tokens/accessTokens.js';
import { AuthorizedFetch } from '../../src/broker/fetch/authorizedFetch.js';
import { checkWithUser } from '../../src/broker/signIn/checkServer.js';
import { ClientSecrets } from '../../src/broker/clients/clientSecrets.js';
import { DirectGrants } from '../../src/broker/tokens/directGrants.js';
import { ServerDecisions } from '../../src/broker/settings/serverDecisions.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import type { SignInQuestions } from '../../src/broker/signIn/userQuestions.js';
import { Redacted } from '../../src/base/redacted.js';
import { closeServers, scriptedServer } from '../oauth/scriptedServer.js';
import { BrokerWindow } from './brokerWindow.js';
import { startProtectedServer } from './grantsWorld.js';
import { MemoryMemory } from './memoryStores.js';

describe('a check by a user of a server without a user sign-in', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await closeServers();
  });

  /**
   * Starts an authorization server whose metadata names another issuer if `isMisnamed`, and its own
   * otherwise.
   */
  async function world(isMisnamed: boolean, answer: boolean, grant?: 'clientCredentials') {
    const as = await scriptedServer((request, origin) => {
      if (request.path === '/token')
        return { body: { access_token: 'client-token', token_type: 'Bearer', expires_in: 300 } };
      const issuer = isMisnamed ? `${origin}/elsewhere` : origin;
      const grants = { grant_types_supported: ['client_credentials'] };
      return { body: { issuer, token_endpoint: `${origin}/token`, ...grants } };
    });
    const upstream = await startProtectedServer([as.origin], (token) =>
      Promise.resolve(token === 'client-token' ? ['tools:read'] : undefined),
    );
    closing.push(() => upstream.close());
    const window = new BrokerWindow();
    const { credentials, states, clock, shared } = window;
    const { log, lock } = shared;
    const asked: string[] = [];
    const questions: SignInQuestions = {
      acceptException: (_server, name) => {
        asked.push(name);
        return Promise.resolve(answer);
      },
      authorizationServer: () => assert.fail('which authorization server'),
      clientId: () => assert.fail('for a client id'),
    };
    const clientSecrets = new ClientSecrets(shared.secrets);
    const answers = { questions, decisions: new ServerDecisions(new MemoryMemory()) };
    const http = { fetch };
    const grants = new DirectGrants({ ...answers, clientSecrets, clock, http });
    const tokens = new AccessTokens(credentials, states, lock, clock, log, http, grants);
    const authorizedFetch = new AuthorizedFetch(tokens, states, fetch, log);
    const server: ServerConfig = {
      ...{ name: 'tools', url: upstream.url, headers: {} },
      oauth: { clientId: 'by-hand', ...(grant !== undefined && { grant }) },
    };
    await clientSecrets.put(server, 'by-hand', new Redacted('hush'));
    const check = async () => {
      await checkWithUser(server, { authorizedFetch, states, clock, http, answers }, signal);
      return (await states.statusOf(server)).status;
    };
    const { signal } = new AbortController();
    return { check, asked, as };
  }

  it('asks once about a rule that the provider breaks, and continues after approval', async () => {
    const { check, asked } = await world(true, true, 'clientCredentials');
    assert.equal(await check(), 'ready');
    assert.equal(await check(), 'ready');
    assert.deepEqual(asked, ['issuerMismatch']);
  });

  it('does not send the client’s secret anywhere after a denial', async () => {
    const { check, asked, as } = await world(true, false, 'clientCredentials');
    assert.equal(await check(), 'misconfigured');
    assert.deepEqual(asked, ['issuerMismatch']);
    assert.equal(as.requests.filter(({ path }) => path === '/token').length, 0);
  });

  it('asks nothing if the provider breaks no rule, or if a user signs in', async () => {
    const good = await world(false, true, 'clientCredentials');
    assert.equal(await good.check(), 'ready');
    const personal = await world(true, true);
    assert.equal(await personal.check(), 'signedOut');
    assert.deepEqual([...good.asked, ...personal.asked], []);
  });
});

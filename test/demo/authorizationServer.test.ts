import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import assert from 'node:assert/strict';
import { preRegisteredClientId } from './authorizationServer.js';
import {
  authorize,
  signInForTokens,
  tokenRequest,
  type CodeFlowRequest,
  type TokenAnswer,
} from './codeFlow.js';
import { connectMcp, postMcp } from './mcpCaller.js';
import { alice, bob, demoPeople } from './people.js';
import { UserBrowser, SignInStopped } from './user.js';
import { startWorld, type World } from './world.js';

describe('the demo authorization server', function () {
  // Real servers and git processes are slow on a busy machine.
  this.timeout(20_000);
  let world: World;
  let eventsBefore = 0;
  const clients: Client[] = [];

  before(async () => {
    world = await startWorld();
  });
  beforeEach(() => {
    eventsBefore = world.authorizationServer.events.length;
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    // The server remembers a user's consent, so it is removed between tests.
    for (const { sub } of demoPeople) world.authorizationServer.revokeGrantOf(sub);
  });
  after(() => world.close());

  const eventKinds = () => world.authorizationServer.events.slice(eventsBefore).map(({ kind }) => kind);

  const atRepositories = (more: Partial<CodeFlowRequest> = {}): CodeFlowRequest => ({
    authorizationServer: world.authorizationServer,
    user: alice,
    resource: world.repositories.url,
    scopes: ['repo:read'],
    ...more,
  });
  const asAlice = (more: Partial<CodeFlowRequest> = {}) => signInForTokens(atRepositories(more));

  async function connect(url: string, tokens: TokenAnswer): Promise<Client> {
    const client = await connectMcp(url, tokens);
    clients.push(client);
    return client;
  }

  const refresh = ({ refresh_token }: { refresh_token: string }) =>
    tokenRequest(world.authorizationServer, { grant_type: 'refresh_token', refresh_token });

  const errorOf = async (response: Response) => ((await response.json()) as { error?: string }).error;

  describe('signing users in', () => {
    it('responds to the authorization request with code, state and iss', async () => {
      const { response } = await authorize(atRepositories());
      assert.deepEqual([...response.keys()].sort(), ['code', 'iss', 'state']);
      assert.equal(response.get('iss'), world.authorizationServer.issuer);
      assert.equal(response.get('state'), 'state-of-this-request');
    });

    it('names the account in the ID token', async () => {
      const { id_token = '' } = await asAlice({ scopes: ['openid', 'email', 'profile', 'repo:read'] });
      const [, claims = ''] = id_token.split('.');
      const { sub, email, name } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as typeof alice;
      assert.deepEqual({ sub, email, name }, { sub: alice.sub, email: alice.email, name: alice.name });
    });

    it('shows client, server and scopes in plain language before it allows access', async () => {
      const browser = new UserBrowser();
      await asAlice({ browser });
      const [login, consent] = browser.pages;
      assert.match(login?.title ?? '', /^Sign in/);
      assert.match(consent?.text ?? '', /Pre-registered Editor wants to act as alice@example\.org/);
      assert.ok(consent?.text.includes(world.repositories.url));
      assert.match(consent?.text ?? '', /See the branches and files of your repositories/);
    });

    it('skips the login page in a signed-in browser, but never consent', async () => {
      const browser = new UserBrowser();
      await asAlice({ browser });
      await asAlice({ browser });
      assert.deepEqual(
        browser.pages.map(({ title }) => title.split(' ')[0]),
        ['Sign', 'Consent', 'Consent'],
      );
    });

    it('shows only the additions when a client requests more scopes, and grants both', async () => {
      const browser = new UserBrowser();
      await asAlice({ browser });
      const { scope } = await asAlice({ browser, scopes: ['repo:read', 'repo:write'] });
      const [, stepUp] = browser.consentPages;
      assert.deepEqual(stepUp?.scopes, ['repo:write']);
      assert.match(stepUp.text, /New Create branches in your repositories/);
      assert.deepEqual(scope.split(' ').sort(), ['repo:read', 'repo:write']);
    });

    it('grants only the selected scopes', async () => {
      const { scope } = await asAlice({
        scopes: ['repo:read', 'repo:write'],
        consent: { only: ['repo:read'] },
      });
      assert.equal(scope, 'repo:read');
    });

    it('responds with access_denied and iss if the user denies', async () => {
      const { response } = await authorize(atRepositories({ consent: 'deny' }));
      assert.equal(response.get('error'), 'access_denied');
      assert.equal(response.get('iss'), world.authorizationServer.issuer);
      assert.equal(response.has('code'), false);
      assert.deepEqual(eventKinds(), ['authorizationRefused']);
    });

    it('stops at the login page on a wrong password', async () => {
      const wrong = { ...alice, password: 'demo-wrong' };
      await assert.rejects(
        authorize(atRepositories({ user: wrong })),
        (error) => error instanceof SignInStopped && error.page.text.includes('do not match'),
      );
    });

    it('lets another user sign in with prompt=login', async () => {
      const browser = new UserBrowser();
      await asAlice({ browser });
      const tokens = await asAlice({ browser, user: bob, prompt: 'login' });
      const client = await connect(world.repositories.url, tokens);
      await client.callTool({ name: 'list_branches' });
      assert.equal(world.authorizationServer.eventsOf('token').at(-1)?.sub, bob.sub);
    });
  });

  describe('binding tokens', () => {
    it('binds them to the code challenge', async () => {
      const { redeem } = await authorize(atRepositories());
      const response = await redeem({ code_verifier: 'v'.repeat(43) });
      assert.equal(await errorOf(response), 'invalid_grant');
    });

    it('issues them only for known servers', async () => {
      const { response } = await authorize(atRepositories({ resource: 'http://127.0.0.1:9/mcp' }));
      assert.equal(response.get('error'), 'invalid_target');
    });

    it('gives them the requested lifetime in seconds', async () => {
      const brief = await startWorld({ accessTokenSeconds: 7 });
      try {
        const { authorizationServer, repositories } = brief;
        const request = {
          authorizationServer,
          user: alice,
          resource: repositories.url,
          scopes: ['repo:read'],
        };
        assert.equal((await signInForTokens(request)).expires_in, 7);
      } finally {
        await brief.close();
      }
    });
  });

  describe('renewing and revoking tokens', () => {
    it('rotates refresh tokens, and revokes the family if an old one is used again', async () => {
      const first = await asAlice();
      const second = (await (await refresh(first)).json()) as TokenAnswer;
      assert.notEqual(second.refresh_token, first.refresh_token);
      const { status } = await postMcp(world.repositories.url, second.access_token, 'ping');
      assert.notEqual(status, 401);
      assert.equal(await errorOf(await refresh(first)), 'invalid_grant');
      assert.equal(await errorOf(await refresh(second)), 'invalid_grant');
      assert.deepEqual(eventKinds(), [
        'authorization',
        'token',
        'refresh',
        'revoked',
        'reuse',
        'tokenRefused',
      ]);
    });

    it('revokes a refresh token without those for another server', async () => {
      const browser = new UserBrowser();
      const tokens = await asAlice({ browser });
      const other = await asAlice({ browser, resource: world.reports.url, scopes: ['read:report'] });
      const body = new URLSearchParams({ client_id: preRegisteredClientId, token: tokens.refresh_token });
      const url = `${world.authorizationServer.issuer}/token/revocation`;
      assert.equal((await fetch(url, { method: 'POST', body })).status, 200);
      assert.equal(await errorOf(await refresh(tokens)), 'invalid_grant');
      assert.equal((await refresh(other)).status, 200);
      assert.equal(eventKinds().filter((kind) => kind === 'revoked').length, 1);
    });

    it("revokes a user's grants for an administrator", async () => {
      const ofAlice = await asAlice();
      const ofBob = await asAlice({ user: bob });
      world.authorizationServer.revokeGrantOf(alice.sub);
      assert.equal(await errorOf(await refresh(ofAlice)), 'invalid_grant');
      assert.equal((await refresh(ofBob)).status, 200);
    });
  });

  describe('registering clients', () => {
    const register = (redirectUri: string, more: object = {}) =>
      fetch(`${world.authorizationServer.issuer}/reg`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ client_name: 'Editor', redirect_uris: [redirectUri], ...more }),
      });

    it('registers public native clients, with a query in a loopback redirect, and leaves resource scopes out', async () => {
      const redirectUri = 'http://127.0.0.1:4711/callback?vscode-reqid=7&vscode-scheme=x';
      const response = await register(redirectUri, { scope: 'repo:read repo:write' });
      const client = (await response.json()) as Record<string, unknown>;
      assert.equal(response.status, 201);
      assert.deepEqual(client['redirect_uris'], [redirectUri]);
      assert.equal(client['token_endpoint_auth_method'], 'none');
      assert.equal(client['client_secret'], undefined);
      assert.deepEqual(eventKinds(), ['registration']);
    });

    it('rejects a redirect over http off loopback', async () => {
      assert.equal(
        await errorOf(await register('http://editor.example.org/callback')),
        'invalid_redirect_uri',
      );
    });
  });

  it('can have its issuer at a path', async () => {
    const tenant = await startWorld({ issuerPath: '/tenant' });
    try {
      const { authorizationServer, repositories } = tenant;
      const { origin } = new URL(authorizationServer.issuer);
      const metadata = await fetch(`${origin}/.well-known/oauth-authorization-server/tenant`);
      const { issuer } = (await metadata.json()) as { issuer: string };
      assert.equal(issuer, `${origin}/tenant`);
      const request = {
        authorizationServer,
        user: alice,
        resource: repositories.url,
        scopes: ['repo:read'],
      };
      const { access_token } = await signInForTokens(request);
      assert.notEqual((await postMcp(repositories.url, access_token, 'ping')).status, 401);
    } finally {
      await tenant.close();
    }
  });
});

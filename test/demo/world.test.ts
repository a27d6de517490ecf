import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import assert from 'node:assert/strict';
import { signInForTokens, type CodeFlowRequest, type TokenAnswer } from './codeFlow.js';
import { connectMcp, postMcp } from './mcpCaller.js';
import { alice, bob, demoPeople } from './people.js';
import { startWorld, type World } from './world.js';

describe('the demo world', function () {
  // Real servers and git processes are slow on a busy machine.
  this.timeout(20_000);
  let world: World;
  const clients: Client[] = [];

  before(async () => {
    world = await startWorld();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    // The server remembers a user's consent, so it is removed between tests.
    for (const { sub } of demoPeople) world.authorizationServer.revokeGrantOf(sub);
  });
  after(() => world.close());

  const asAlice = (more: Partial<CodeFlowRequest> = {}) =>
    signInForTokens({
      authorizationServer: world.authorizationServer,
      user: alice,
      resource: world.repositories.url,
      scopes: ['repo:read'],
      ...more,
    });

  async function connect(url: string, tokens: TokenAnswer): Promise<Client> {
    const client = await connectMcp(url, tokens);
    clients.push(client);
    return client;
  }

  describe('requesting authorization', () => {
    it('sends a challenge with metadata and scope, and without an error if no token was sent', async () => {
      const response = await fetch(world.repositories.url, { method: 'POST', body: '{}' });
      const { origin } = new URL(world.repositories.url);
      assert.equal(response.status, 401);
      assert.equal(
        response.headers.get('www-authenticate'),
        `Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp", scope="repo:read"`,
      );
    });

    it('serves metadata that names the server and its issuer', async () => {
      const metadata = await fetch(
        `${world.repositories.http.origin}/.well-known/oauth-protected-resource/mcp`,
      );
      assert.deepEqual(await metadata.json(), {
        resource: world.repositories.url,
        resource_name: 'Demo Repositories',
        authorization_servers: [world.authorizationServer.issuer],
        scopes_supported: ['repo:read', 'repo:write'],
        bearer_methods_supported: ['header'],
      });
    });

    it("serves the article's literal metadata if that is configured", async () => {
      const article = await startWorld({ reportsMetadata: 'article' });
      try {
        const url = `${article.reports.http.origin}/.well-known/oauth-protected-resource/mcp`;
        assert.deepEqual(await (await fetch(url)).json(), {
          authorization_server: article.authorizationServer.issuer,
          scopes: ['read:report', 'tools:generate_summary'],
          token_types: ['Bearer'],
        });
        const { headers } = await fetch(article.reports.url, { method: 'POST', body: '{}' });
        assert.equal(headers.get('www-authenticate'), `Bearer resource_metadata="${url}"`);
      } finally {
        await article.close();
      }
    });
  });

  describe('serving repositories', () => {
    it('refuses tokens for reports', async () => {
      const { access_token } = await signInForTokens({
        authorizationServer: world.authorizationServer,
        user: alice,
        resource: world.reports.url,
        scopes: ['read:report'],
      });
      const response = await postMcp(world.repositories.url, access_token);
      assert.equal(response.status, 401);
      assert.match(response.headers.get('www-authenticate') ?? '', /error="invalid_token".*another aud/);
    });

    it('lists branches, and has a resource and a prompt, for a token with the read scope', async () => {
      const client = await connect(world.repositories.url, await asAlice());
      const { tools } = await client.listTools();
      assert.deepEqual(
        tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint]),
        [
          ['list_branches', true],
          ['create_branch', false],
        ],
      );
      const { content } = await client.callTool({ name: 'list_branches' });
      assert.match(JSON.stringify(content), /main/);
      const { contents } = await client.readResource({ uri: 'repo://HEAD' });
      assert.match(JSON.stringify(contents), /Demo repository/);
      const { messages } = await client.getPrompt({ name: 'name_branch', arguments: { task: 'a fix' } });
      assert.match(JSON.stringify(messages), /Suggest a short branch name for: a fix/);
    });

    it('refuses create_branch without repo:write with 403 insufficient_scope', async () => {
      const { access_token } = await asAlice();
      const params = { name: 'create_branch', arguments: { name: 'x' } };
      const response = await postMcp(world.repositories.url, access_token, 'tools/call', params);
      assert.equal(response.status, 403);
      assert.match(
        response.headers.get('www-authenticate') ?? '',
        /^Bearer error="insufficient_scope", scope="repo:write", resource_metadata="/,
      );
    });

    it("creates a real branch in the name of the token's user", async () => {
      const client = await connect(
        world.repositories.url,
        await asAlice({ scopes: ['repo:read', 'repo:write'] }),
      );
      const result = await client.callTool({ name: 'create_branch', arguments: { name: 'feature/demo' } });
      assert.deepEqual(result.content, [
        { type: 'text', text: 'Created branch feature/demo as alice@example.org.' },
      ]);
      assert.deepEqual(await world.repositories.branchAuthor('feature/demo'), {
        name: alice.name,
        email: alice.email,
        subject: alice.sub,
      });
    });

    it('reports that git rejects a branch name', async () => {
      const client = await connect(
        world.repositories.url,
        await asAlice({ scopes: ['repo:read', 'repo:write'] }),
      );
      for (const name of ['main', '--force', 'a..b', '@{-1}', 'with space', '']) {
        const result = await client.callTool({ name: 'create_branch', arguments: { name } });
        assert.equal(result.isError, true, name);
      }
      const branches = await world.repositories.repository.branches();
      assert.deepEqual(
        branches.filter((name) => name !== 'feature/demo'),
        ['main'],
      );
    });

    it("treats another user's session as unknown", async () => {
      const client = await connect(world.repositories.url, await asAlice());
      const { access_token } = await asAlice({ user: bob });
      const sessionId = world.repositories.http.sessionIds.at(-1) ?? '';
      const response = await fetch(world.repositories.url, {
        headers: {
          authorization: `Bearer ${access_token}`,
          'mcp-session-id': sessionId,
          accept: 'text/event-stream',
        },
      });
      assert.equal(response.status, 404);
      assert.equal((await client.listTools()).tools.length, 2);
    });

    it('fails as configured: 403 by policy without a challenge, 500, and held until released', async () => {
      const { access_token } = await asAlice();
      const { http } = world.repositories;
      http.fault = 'forbidden';
      const denied = await postMcp(world.repositories.url, access_token);
      assert.deepEqual([denied.status, denied.headers.get('www-authenticate')], [403, null]);
      http.fault = 'serverError';
      assert.equal((await postMcp(world.repositories.url, access_token)).status, 500);
      http.fault = 'held';
      const waiting = postMcp(world.repositories.url, 'none');
      await http.whenHeld();
      http.fault = 'none';
      assert.equal((await waiting).status, 401);
    });
  });

  it('summarises reports for the requesting user, with progress', async () => {
    const client = await connect(
      world.reports.url,
      await asAlice({ resource: world.reports.url, scopes: ['read:report', 'tools:generate_summary'] }),
    );
    const progress: (string | undefined)[] = [];
    const { content } = await client.callTool(
      { name: 'generate_summary', arguments: { topic: 'sales' } },
      undefined,
      { onprogress: ({ message }) => progress.push(message) },
    );
    assert.match(JSON.stringify(content), /Summary of sales, made for alice@example\.org/);
    assert.deepEqual(progress, ['Reading reports', 'Writing the summary']);
  });

  it('logs paths and methods but neither queries nor secrets', async () => {
    const tokens = await asAlice();
    await connect(world.repositories.url, tokens);
    const log = JSON.stringify([world.authorizationServer.requests, world.repositories.http.requests]);
    assert.match(log, /"rpcMethod":"initialize"/);
    assert.doesNotMatch(log, /\?|code_challenge|Bearer/);
    assert.ok(!log.includes(tokens.access_token) && !log.includes(tokens.refresh_token));
  });
});

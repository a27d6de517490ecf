import assert from 'node:assert/strict';
import { callTool } from './relayWorld.js';
import { scopesOf, startAgentScene, type AgentScene } from './agentScene.js';

const both = ['repo:read', 'repo:write'];

describe('an agent', () => {
  let scene: AgentScene;
  const sent: string[] = [];
  beforeEach(async () => {
    sent.length = 0;
    scene = await startAgentScene({
      fetch: (url, init) => {
        const authorization = new Headers(init.headers).get('authorization');
        if (authorization?.startsWith('Bearer ') === true) sent.push(authorization);
        return fetch(url, init);
      },
    });
  });
  afterEach(() => scene.stage.close());

  const { signal } = new AbortController();
  const signInWith = async (scopes: readonly string[]) => {
    const server = scene.stage.server('repositories');
    const attempt = scene.stage.broker.signIns.begin(server, { scopes, deadline: 60_000 });
    await scene.stage.consent((await attempt.launchPage()).address);
    assert.equal((await attempt.outcome).kind, 'signedIn');
  };
  const connect = async (access: { scopes?: string[]; tools?: string[] } = {}) => {
    const { key } = await scene.admit({ repositories: access });
    return scene.connect('repositories', key.expose());
  };
  const held = async () =>
    (await scene.stage.broker.credentials.get(scene.stage.server('repositories').url))?.tokens.scopes;
  const events = (kind: 'refresh' | 'reuse') => scene.stage.world.authorizationServer.eventsOf(kind).length;

  it('without consent gets a refusal at once, the user is asked once, and the next call works', async () => {
    const asked: string[] = [];
    scene.agents.consents.onDidAsk(({ agent, server, what }) =>
      asked.push(`${agent.name} ${server.name} ${what}`),
    );
    const client = await connect();
    const first = await callTool(client, 'sign_in');
    await callTool(client, 'sign_in');
    assert.equal(first.isError, true);
    assert.match(first.text, /^sign_in was not run: the user must sign in to repositories first/);
    assert.doesNotMatch(first.text, /:\/\/|127\.0\.0\.1|localhost/);
    assert.deepEqual(asked, ['tester repositories sign_in']);
    assert.deepEqual([scene.stage.cards, scene.stage.prompts], [[], []]);
    assert.equal(scene.stage.broker.signIns.running(scene.stage.server('repositories')), undefined);
    await scene.consent();
    assert.deepEqual(scene.agents.consents.pending, []);
    const { text, isError } = await callTool(client, 'list_branches');
    assert.deepEqual([text.split('\n').at(-1), isError], ['main', false]);
  });

  it('that lacks an admitted scope gets it with the user’s consent, and no caller loses one', async () => {
    await scene.stage.signIn('repositories');
    const client = await connect({ scopes: both });
    const { isError, text } = await callTool(client, 'create_branch', { name: 'a' });
    assert.equal(isError, true);
    assert.match(
      text,
      /^create_branch was not run: it needs access .*\(repo:write\)\. MCP OAuth Broker has asked the user/,
    );
    await scene.consent();
    assert.equal((await callTool(client, 'create_branch', { name: 'a' })).isError, false);
    for (const scope of both) assert.ok((await held())?.includes(scope));
  });

  it('is refused a scope past its admission by name, and no user is asked', async () => {
    await scene.stage.signIn('repositories');
    const client = await connect({ scopes: ['repo:read'] });
    const { isError, text } = await callTool(client, 'create_branch', { name: 'a' });
    assert.equal(isError, true);
    assert.match(text, /it needs access to repositories that “tester” was not admitted with \(repo:write\)/);
    assert.deepEqual(scene.agents.consents.pending, []);
  });

  it('has no wider token than its admission, though the user granted more', async () => {
    await signInWith(both);
    const client = await connect({ scopes: ['repo:read'] });
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.ok(sent.length > 0);
    for (const authorization of sent) assert.deepEqual(scopesOf(authorization), ['repo:read']);
    const refused = await callTool(client, 'create_branch', { name: 'a' });
    assert.match(refused.text, /not admitted with \(repo:write\)/);
    // The user's own goes on with all that was granted, through its next refresh too.
    const editor = await scene.stage.connect('repositories');
    assert.equal((await callTool(editor, 'create_branch', { name: 'b' })).isError, false);
    scene.stage.clock.advance(295_000);
    assert.equal((await callTool(editor, 'create_branch', { name: 'c' })).isError, false);
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.equal(events('reuse'), 0);
    assert.deepEqual(scopesOf(sent.at(-1) ?? ''), ['repo:read']);
  });

  it('shares one narrow token among all that it calls at once', async () => {
    await signInWith(both);
    const client = await connect({ scopes: ['repo:read'] });
    await Promise.all(Array.from({ length: 10 }, () => callTool(client, 'list_branches')));
    assert.deepEqual([events('refresh'), events('reuse')], [1, 0]);
  });

  it('whose scopes cover what was granted uses the user’s token: nothing is refreshed for it', async () => {
    await scene.stage.signIn('repositories');
    const client = await connect({ scopes: both });
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.equal(events('refresh'), 0);
  });

  it('of which nothing that was granted is admitted gets no token, and its scopes are asked for', async () => {
    await signInWith(['repo:write']);
    const client = await connect({ scopes: ['repo:read'] });
    assert.equal((await callTool(client, 'list_branches')).isError, true);
    assert.deepEqual(sent, []);
    await scene.consent();
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.deepEqual([...((await held()) ?? [])].filter((scope) => both.includes(scope)).sort(), both);
  });

  it('is refused a tool past its admission by name, before anything is sent', async () => {
    await signInWith(both);
    const client = await connect({ tools: ['list_branches'] });
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    const before = sent.length;
    const { isError, text } = await callTool(client, 'create_branch', { name: 'a' });
    assert.deepEqual([isError, sent.length], [true, before]);
    assert.match(text, /^create_branch was not run: “tester” was admitted to other tools of repositories/);
  });

  it('admitted with one account gets no access to another account', async () => {
    await scene.stage.signIn('repositories');
    const { key } = await scene.admit({ repositories: { account: 'user-bob https://as.example' } });
    const { text, isError } = await callTool(
      await scene.connect('repositories', key.expose()),
      'list_branches',
    );
    assert.equal(isError, true);
    assert.match(text, /repositories/);
    assert.deepEqual(sent, []);
  });

  it('does not ask again for ten minutes after the user declined', async () => {
    const client = await connect();
    await callTool(client, 'sign_in');
    scene.agents.consents.decline(scene.agents.consents.pending[0]?.id ?? '');
    assert.match((await callTool(client, 'sign_in')).text, /did not give it\. Do not call it again/);
    assert.deepEqual(scene.agents.consents.pending, []);
    scene.stage.clock.advance(10 * 60_000);
    assert.match((await callTool(client, 'sign_in')).text, /MCP OAuth Broker has asked the user/);
  });

  it('keeps working past the end of its token', async () => {
    await scene.stage.signIn('repositories');
    const client = await connect();
    await callTool(client, 'list_branches', {}, signal);
    scene.stage.clock.advance(295_000);
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.deepEqual([events('refresh'), events('reuse')], [1, 0]);
  });
});

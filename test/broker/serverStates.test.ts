import assert from 'node:assert/strict';
import { BrokerWindow, credentialFor, serverAt } from './brokerWindow.js';

const server = serverAt('https://mcp.example/mcp');

describe('the state of a server', () => {
  let window: BrokerWindow;
  let told: string[];
  beforeEach(() => {
    window = new BrokerWindow();
    told = [];
    window.states.onDidChange((url) => void told.push(url));
  });
  const signIn = (scopes = ['repo:read']) =>
    window.credentials.put(
      credentialFor(server.url, 'https://login.example', window.shared.clock, { tokens: { scopes } }),
    );
  const inUse = () => window.credentials.get(server.url);
  const status = async () => (await window.states.statusOf(server)).status;

  it('is told when something else is observed, and not when the same is', () => {
    window.states.observe(server, { kind: 'challenged' });
    window.states.observe(server, { kind: 'challenged' });
    window.states.observe(server, { kind: 'unreachable', detail: 'a' });
    window.states.observe(server, { kind: 'unreachable', detail: 'b' });
    assert.deepEqual(told, [server.url, server.url, server.url]);
  });

  it('is each server’s own', async () => {
    window.states.observe(serverAt('https://other.example/mcp'), { kind: 'challenged' });
    assert.equal(await status(), 'unknown');
  });

  it('awaits consent until every consent is settled, each once', async () => {
    const first = window.states.awaitConsent(server);
    const second = window.states.awaitConsent(server);
    first.dispose();
    first.dispose();
    assert.equal(await status(), 'awaitingConsent');
    second.dispose();
    assert.equal(await status(), 'unknown');
    assert.equal(told.length, 4);
  });

  it('forgets of another sign-in what was seen of the one before', async () => {
    await signIn();
    for (const observation of [
      { kind: 'ended' },
      { kind: 'challenged' },
      { kind: 'denied', by: 'server', detail: 'no' },
    ] as const) {
      window.states.observe(server, observation, await inUse());
      assert.notEqual(await status(), 'ready');
      await signIn();
      assert.equal(await status(), 'ready');
    }
  });

  it('does not forget with a sign-in that the server cannot be reached', async () => {
    window.states.observe(server, { kind: 'unreachable', detail: 'down' });
    await signIn();
    assert.equal(await status(), 'unreachable');
  });

  it('does not forget with a refresh that a scope is missing', async () => {
    await signIn();
    window.states.observe(server, { kind: 'insufficientScope', missing: ['repo:write'] }, await inUse());
    await signIn();
    assert.equal(await status(), 'needsScopes');
    await signIn(['repo:read', 'repo:write']);
    assert.equal(await status(), 'ready');
  });

  describe('where the user declined what a tool asked for', () => {
    const lacks = async () => {
      const { status: name, missing, tool } = await window.states.statusOf(server);
      return [name, ...missing, tool];
    };
    beforeEach(async () => {
      await signIn();
      const missing = ['repo:write'];
      const of = await inUse();
      window.states.observe(server, { kind: 'insufficientScope', missing, tool: 'create_branch' }, of);
      window.states.observe(server, { kind: 'denied', by: 'user', detail: 'Declined.' }, of);
    });

    it('says so, and what is lacking', async () => {
      assert.deepEqual(await lacks(), ['denied', 'repo:write', 'create_branch']);
    });

    it('is not ready because another tool is answered', async () => {
      window.states.observe(server, { kind: 'answered', authorized: true }, await inUse());
      assert.deepEqual(await lacks(), ['needsScopes', 'repo:write', 'create_branch']);
    });

    it('is not ready because the token is renewed', async () => {
      await signIn();
      assert.deepEqual(await lacks(), ['needsScopes', 'repo:write', 'create_branch']);
    });

    it('is ready once it is granted', async () => {
      await signIn(['repo:read', 'repo:write']);
      window.states.observe(server, { kind: 'answered', authorized: true }, await inUse());
      assert.equal(await status(), 'ready');
    });
  });

  it('says signed out, not unknown, when the sign-in it saw work is removed', async () => {
    await signIn();
    window.states.observe(server, { kind: 'answered', authorized: true });
    await window.credentials.remove(server.url);
    window.states.observe(server, { kind: 'answered', authorized: true });
    assert.equal(await status(), 'signedOut');
  });

  it('lapses with the clock', async () => {
    const { clock } = window.shared;
    const credential = credentialFor(server.url, 'https://login.example', clock);
    const { refreshToken, ...tokens } = credential.tokens;
    assert.ok(refreshToken);
    await window.credentials.put({ ...credential, tokens });
    clock.advance(299_999);
    assert.equal(await status(), 'ready');
    clock.advance(1);
    assert.equal(await status(), 'expired');
  });

  it('is told nothing more once it is disposed', async () => {
    window.states.dispose();
    await signIn();
    assert.deepEqual(told, []);
  });
});

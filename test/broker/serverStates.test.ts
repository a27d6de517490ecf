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

  it('sends a change event for a new observation, and none for the same one', () => {
    window.states.observe(server, { kind: 'challenged' });
    window.states.observe(server, { kind: 'challenged' });
    window.states.observe(server, { kind: 'unreachable', detail: 'a' });
    window.states.observe(server, { kind: 'unreachable', detail: 'b' });
    assert.deepEqual(told, [server.url, server.url, server.url]);
  });

  it('is separate for each server', async () => {
    window.states.observe(serverAt('https://other.example/mcp'), { kind: 'challenged' });
    assert.equal(await status(), 'unknown');
  });

  it('awaits consent until every consent request is settled, each once', async () => {
    const first = window.states.awaitConsent(server);
    const second = window.states.awaitConsent(server);
    first.dispose();
    first.dispose();
    assert.equal(await status(), 'awaitingConsent');
    second.dispose();
    assert.equal(await status(), 'unknown');
    assert.equal(told.length, 4);
  });

  it('drops the observations of an earlier sign-in when another one is stored', async () => {
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

  it('keeps an observation that the server is unreachable when a sign-in is stored', async () => {
    window.states.observe(server, { kind: 'unreachable', detail: 'down' });
    await signIn();
    assert.equal(await status(), 'unreachable');
  });

  it('keeps an observation that a scope is missing after a refresh', async () => {
    await signIn();
    window.states.observe(server, { kind: 'insufficientScope', missing: ['repo:write'] }, await inUse());
    await signIn();
    assert.equal(await status(), 'needsScopes');
    await signIn(['repo:read', 'repo:write']);
    assert.equal(await status(), 'ready');
  });

  describe("the state after the user declined a tool's scopes", () => {
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

    it('shows the decline and the missing scopes', async () => {
      assert.deepEqual(await lacks(), ['denied', 'repo:write', 'create_branch']);
    });

    it('is not ready after a response to another tool', async () => {
      window.states.observe(server, { kind: 'answered', authorized: true }, await inUse());
      assert.deepEqual(await lacks(), ['needsScopes', 'repo:write', 'create_branch']);
    });

    it('is not ready after a token renewal', async () => {
      await signIn();
      assert.deepEqual(await lacks(), ['needsScopes', 'repo:write', 'create_branch']);
    });

    it('is ready after the scopes are granted', async () => {
      await signIn(['repo:read', 'repo:write']);
      window.states.observe(server, { kind: 'answered', authorized: true }, await inUse());
      assert.equal(await status(), 'ready');
    });
  });

  it('is signed out, not unknown, when a sign-in that worked is removed', async () => {
    await signIn();
    window.states.observe(server, { kind: 'answered', authorized: true });
    await window.credentials.remove(server.url);
    window.states.observe(server, { kind: 'answered', authorized: true });
    assert.equal(await status(), 'signedOut');
  });

  it('expires with the clock', async () => {
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

  it('sends no events after it is disposed', async () => {
    window.states.dispose();
    await signIn();
    assert.deepEqual(told, []);
  });
});

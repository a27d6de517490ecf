import assert from 'node:assert/strict';
import { NotUsedHere } from '../../src/broker/tokens/useHere.js';
import { closeServers, scriptedServer, type ScriptedServer } from '../oauth/scriptedServer.js';
import { BrokerWindow, credentialFor, serverAt, SharedStorage } from './brokerWindow.js';
import { Machine } from './machine.js';
import { ManualClock } from './manualClock.js';
import { MemoryMemory } from './memoryStores.js';

const server = serverAt('https://mcp.example.com/mcp', 'repositories');

describe('the use of a sign-in on a machine', () => {
  let memory: MemoryMemory;
  let clock: ManualClock;
  let remote: Machine;
  beforeEach(() => {
    memory = new MemoryMemory();
    clock = new ManualClock();
    remote = new Machine('remote', memory, clock);
  });
  const signIn = (id = 'sign-in-1') => credentialFor(server.url, 'https://as.example.com', clock, { id });
  const says = (answer: 'useHere' | 'notHere' | undefined, machine = remote) =>
    (machine.onAsk = () => Promise.resolve(answer));

  it('needs one approval if it was never used there, which then holds in every window', async () => {
    const use = remote.window();
    assert.equal(await use.of(signIn()), 'unasked');
    await assert.rejects(use.require(server, signIn()), (error) => {
      assert.ok(error instanceof NotUsedHere);
      assert.deepEqual([error.server, error.credential.id, error.decision], [server, 'sign-in-1', 'unasked']);
      return true;
    });
    says('useHere');
    assert.equal(await use.ask(server, signIn()), 'allowed');
    await use.require(server, signIn());
    assert.equal(await remote.window().of(signIn()), 'allowed');
    assert.deepEqual(remote.asked, ['repositories as alice@example.org']);
  });

  it('is not asked about again in any window after a denial', async () => {
    says('notHere');
    assert.equal(await remote.window().ask(server, signIn()), 'declined');
    const later = remote.window();
    assert.equal(await later.ask(server, signIn(), true), 'declined');
    await assert.rejects(later.require(server, signIn()), { decision: 'declined' });
    assert.equal(remote.asked.length, 1);
  });

  it('is asked about once for all callers that need it at the same time', async () => {
    const use = remote.window();
    const answer = Promise.withResolvers<'useHere'>();
    remote.onAsk = () => answer.promise;
    const asks = [use.ask(server, signIn()), use.ask(server, signIn())];
    await remote.untilAsked(1);
    answer.resolve('useHere');
    assert.deepEqual(await Promise.all(asks), ['allowed', 'allowed']);
    assert.equal(remote.asked.length, 1);
  });

  it('needs a separate approval for every sign-in and every machine', async () => {
    says('useHere');
    await remote.window().ask(server, signIn());
    assert.equal(await remote.window().of(signIn('sign-in-2')), 'unasked');
    const other = new Machine('other', memory, clock);
    assert.equal(await other.window().of(signIn()), 'unasked');
  });

  it('needs no approval on the machine where it was made', async () => {
    const use = remote.window();
    await use.made(signIn());
    assert.equal(await use.of(signIn()), 'allowed');
    assert.equal(await new Machine('other', memory, clock).window().of(signIn()), 'unasked');
  });

  it('is approved after a denial by a sign-in made on the machine', async () => {
    says('notHere');
    const use = remote.window();
    await use.ask(server, signIn());
    await use.made(signIn());
    assert.equal(await use.of(signIn()), 'allowed');
  });

  it('that was asked about and not decided is asked about again only by the user or in another window', async () => {
    says(undefined);
    const use = remote.window();
    assert.equal(await use.ask(server, signIn()), 'declined');
    assert.equal(await use.ask(server, signIn()), 'declined');
    assert.equal(remote.asked.length, 1);
    assert.equal(await remote.window().of(signIn()), 'unasked');
    says('useHere');
    assert.equal(await use.ask(server, signIn(), true), 'allowed');
    assert.equal(remote.asked.length, 2);
  });

  it('needs no approval for sign-ins that were used on this machine before approvals were recorded', async () => {
    const earlier = signIn();
    clock.advance(1_000);
    const use = remote.window();
    assert.equal(await use.of(earlier), 'allowed');
    const other = new Machine('other', memory, clock);
    assert.equal(await other.window().of(earlier), 'unasked');
    assert.equal(await use.of(signIn('sign-in-2')), 'unasked');
    // The use is recorded even though a refresh makes the tokens newer.
    await use.require(server, earlier);
    assert.equal(await use.of({ ...earlier, obtainedAt: clock.now() + 1 }), 'allowed');
  });

  it('sends a change event when it is decided', async () => {
    says('useHere');
    const use = remote.window();
    const told: string[] = [];
    use.onDidChange((url) => told.push(url));
    await use.ask(server, signIn());
    assert.deepEqual(told, [server.url]);
  });

  it('asks if the stored approvals cannot be read', async () => {
    await remote.window().made(signIn());
    memory.entries.set('sign-ins on remote', { allowed: 'sign-in-1' });
    assert.equal(await remote.window().of(signIn()), 'unasked');
  });
});

describe('a request with a sign-in that was never used on this machine', () => {
  let shared: SharedStorage;
  let remote: Machine;
  let window: BrokerWindow;
  let mcp: ScriptedServer;
  let authorizationServer: ScriptedServer;
  let statusOfAnswer: number;
  beforeEach(async () => {
    shared = new SharedStorage();
    remote = new Machine('remote', new MemoryMemory(), shared.clock);
    const use = remote.window();
    window = new BrokerWindow(shared, fetch, use);
    statusOfAnswer = 200;
    mcp = await scriptedServer(() => ({ status: statusOfAnswer, body: {} }));
    const body = { access_token: 'access-2', token_type: 'Bearer', refresh_token: 'refresh-2' };
    authorizationServer = await scriptedServer(() => ({ body }));
    await new BrokerWindow(shared).credentials.put(near('sign-in-1'));
  });
  afterEach(closeServers);

  const at = () => serverAt(`${mcp.origin}/mcp`, 'repositories');
  /** A sign-in close to its expiry, so that it is refreshed first. */
  const near = (id: string, expiresAt = shared.clock.now()) =>
    credentialFor(at().url, authorizationServer.origin, shared.clock, { id, tokens: { expiresAt } });
  const send = () =>
    window.authorizedFetch.send(at(), {
      method: 'POST',
      headers: new Headers(),
      body: new TextEncoder().encode('{}'),
      signal: new AbortController().signal,
    });
  const status = () => window.states.statusOf(at());

  it('sends no token to the server or for a refresh until the user has approved', async () => {
    const outcome = await send();
    assert.ok(outcome.kind === 'notUsedHere');
    assert.deepEqual([outcome.credential.id, outcome.decision], ['sign-in-1', 'unasked']);
    assert.equal(mcp.requests.length + authorizationServer.requests.length, 0);
    remote.onAsk = () => Promise.resolve('useHere');
    assert.equal(await window.tokens.use?.ask(at(), outcome.credential), 'allowed');
    assert.equal((await send()).kind, 'response');
    assert.equal(authorizationServer.requests.length, 1);
    assert.equal(mcp.requests[0]?.headers.authorization, 'Bearer access-2');
  });

  it("does not make a window ready: its status shows the question or the user's answer", async () => {
    const { status: before, detail, account } = await status();
    assert.deepEqual([before, account], ['unknown', 'alice@example.org']);
    assert.match(detail ?? '', /has not been used on this machine yet. You are asked before/);
    remote.onAsk = () => Promise.resolve('notHere');
    const changed: string[] = [];
    window.states.onDidChange((url) => changed.push(url));
    await window.tokens.use?.ask(at(), near('sign-in-1'));
    const after = await status();
    assert.deepEqual([after.status, after.deniedBy], ['denied', 'user']);
    assert.match(after.detail ?? '', /chose not to use this sign-in on this machine/);
    assert.deepEqual(changed, [at().url]);
  });

  it('sends nothing of another sign-in that replaced the approved one in the meantime', async () => {
    await window.tokens.use?.made(near('sign-in-1'));
    statusOfAnswer = 401;
    const other = new BrokerWindow(shared);
    const replaced = near('sign-in-2', shared.clock.now() + 300_000);
    window = new BrokerWindow(
      shared,
      async (url, init) => {
        const answer = await fetch(url, init);
        if (url === at().url) await other.credentials.put(replaced);
        return answer;
      },
      window.tokens.use,
    );
    const outcome = await send();
    assert.ok(outcome.kind === 'notUsedHere');
    assert.equal(outcome.credential.id, 'sign-in-2');
    assert.equal(mcp.requests.length, 1);
  });

  it('does not mention the sign-in to a server that requires none', async () => {
    const open = await scriptedServer(() => ({ body: {} }));
    assert.equal(
      (
        await window.authorizedFetch.send(serverAt(open.origin), {
          method: 'POST',
          headers: new Headers(),
          signal: new AbortController().signal,
        })
      ).kind,
      'response',
    );
    assert.deepEqual(remote.asked, []);
  });
});

import assert from 'node:assert/strict';
import { AgentAsksOfWindows } from '../../src/broker/agents/agentAsksOfWindows.js';
import { AgentConsents } from '../../src/broker/agents/agentConsents.js';
import { CredentialStore } from '../../src/broker/accounts/credentialStore.js';
import type { WindowNotices } from '../../src/broker/ports.js';
import { credentialFor, serverAt, SharedStorage } from './brokerWindow.js';

const server = serverAt('https://mcp.example/mcp');
const agent = { id: 'agent-1', name: 'tester', access: { url: server.url, scopes: ['repo:read'] } };
const resourceMetadata = new URL('https://mcp.example/metadata');
const need = { kind: 'signIn' as const, challenge: { scopes: ['repo:read'], resourceMetadata } };

describe('what agents wait for', () => {
  const notices = new Map<object, unknown>();
  const listeners = new Map<object, () => void>();
  let storage: SharedStorage;
  beforeEach(() => {
    notices.clear();
    listeners.clear();
    storage = new SharedStorage();
  });

  function open(servers = [server]) {
    const credentials = new CredentialStore(storage.secrets, storage.log);
    const consents = new AgentConsents(credentials, storage.clock, {
      needsOwn: () => Promise.resolve(false),
    });
    const tell = () => {
      for (const [other, listener] of listeners) if (other !== consents) listener();
    };
    const own: WindowNotices = {
      post: (notice) => {
        // Nothing but what JSON holds gets to another window.
        notices.set(consents, JSON.parse(JSON.stringify(notice)));
        tell();
        return Promise.resolve();
      },
      others: () =>
        Promise.resolve([...notices].filter(([other]) => other !== consents).map(([, said]) => said)),
      onDidChange: (listener) => {
        listeners.set(consents, listener);
        return { dispose: () => void listeners.delete(consents) };
      },
      dispose: () => {
        notices.delete(consents);
        tell();
      },
    };
    return { credentials, consents, link: new AgentAsksOfWindows(consents, () => servers, own) };
  }
  const heard = () => new Promise((resolve) => setImmediate(resolve));
  const ask = (window: ReturnType<typeof open>) =>
    window.consents.ask(agent, server, 'list_branches', need).then((outcome) => heard().then(() => outcome));

  it('shows in every window that knows the server, with all that a sign-in is begun with', async () => {
    const [here, there, stranger] = [open(), open(), open([])];
    await ask(here);
    const [waiting] = there.consents.pending;
    assert.deepEqual([waiting?.agent.name, waiting?.what], ['tester', 'list_branches']);
    assert.deepEqual(waiting?.request, here.consents.pending[0]?.request);
    assert.deepEqual(stranger.consents.pending, []);
  });

  it('is told of as new where the agent called, and nowhere else', async () => {
    const [here, there] = [open(), open()];
    const told: string[] = [];
    here.consents.onDidAsk(() => told.push('here'));
    there.consents.onDidAsk(() => told.push('there'));
    await ask(here);
    assert.deepEqual(told, ['here']);
  });

  it('is gone everywhere once it was given', async () => {
    const [here, there] = [open(), open()];
    await ask(here);
    await here.credentials.put(credentialFor(server.url, 'https://as.example', storage.clock));
    await heard();
    assert.deepEqual([here.consents.pending, there.consents.pending], [[], []]);
  });

  it('is left in peace everywhere once it was declined in one of them, and asked again later', async () => {
    const [here, there] = [open(), open()];
    await ask(here);
    there.consents.decline(there.consents.pending[0]?.id ?? '');
    await heard();
    assert.deepEqual([here.consents.pending, there.consents.pending], [[], []]);
    assert.equal((await ask(here)).kind, 'declined');
    storage.clock.advance(10 * 60_000);
    assert.equal((await ask(here)).kind, 'asked');
    assert.deepEqual([here.consents.pending.length, there.consents.pending.length], [1, 1]);
  });

  it('is gone with the window where the agent called', async () => {
    const [here, there] = [open(), open()];
    await ask(here);
    here.link.dispose();
    await heard();
    assert.deepEqual(there.consents.pending, []);
  });
});

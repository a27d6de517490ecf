import assert from 'node:assert/strict';
import type { SecretStore } from '../../src/base/storage.js';
import { CredentialStore } from '../../src/broker/accounts/credentialStore.js';
import { ServerStates } from '../../src/broker/status/serverStates.js';
import { StatesOfWindows } from '../../src/broker/status/statesAcrossWindows.js';
import { credentialFor, serverAt, SharedStorage } from './brokerWindow.js';
import { NoticeBoard } from './noticeBoard.js';

const server = serverAt('https://mcp.example/mcp');

describe('the states that several windows observe', () => {
  let board: NoticeBoard;
  let storage: SharedStorage;
  beforeEach(() => {
    board = new NoticeBoard();
    storage = new SharedStorage();
  });

  function open(secrets: SecretStore = storage.secrets) {
    const credentials = new CredentialStore(secrets, storage.log);
    const states = new ServerStates(credentials, storage.clock, true);
    const notices = board.for(states);
    const link = new StatesOfWindows(states, notices);
    return {
      credentials,
      states,
      status: async () => (await states.statusOf(server)).status,
      close: () => {
        link.dispose();
        notices.dispose();
      },
    };
  }
  /** Waits until all pending events between the windows are handled. */
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  const later = () => storage.clock.advance(1);

  it('are the same in all windows', async () => {
    const [one, other] = [open(), open()];
    one.states.observe(server, { kind: 'unreachable', detail: 'down' });
    await settled();
    assert.equal(await other.status(), 'unreachable');
    later();
    other.states.observe(server, { kind: 'answered', authorized: false });
    await settled();
    assert.equal(await one.status(), 'open');
  });

  it('cause change events for the views that show them', async () => {
    const [one, other] = [open(), open()];
    const told: string[] = [];
    other.states.onDidChange((url) => void told.push(url));
    one.states.observe(server, { kind: 'challenged' });
    await settled();
    assert.deepEqual(told, [server.url]);
  });

  it('await a consent that is open in another window, until it closes', async () => {
    const [one, other] = [open(), open()];
    const consent = one.states.awaitConsent(server);
    await settled();
    assert.equal(await other.status(), 'awaitingConsent');
    consent.dispose();
    await settled();
    assert.equal(await other.status(), 'unknown');
  });

  it('await no consent of a closed window', async () => {
    const [one, other] = [open(), open()];
    one.states.awaitConsent(server);
    await settled();
    one.close();
    await settled();
    assert.equal(await other.status(), 'unknown');
  });

  it('are known to a window that opens later', async () => {
    const one = open();
    one.states.observe(server, { kind: 'challenged' });
    await settled();
    const two = open();
    later();
    one.states.observe(server, { kind: 'unreachable', detail: 'down' });
    await settled();
    assert.equal(await two.status(), 'unreachable');
  });

  it('are the newest, even if an older one arrives later', async () => {
    const one = open();
    one.states.observe(server, { kind: 'unreachable', detail: 'down' });
    await settled();
    one.close();
    const late = board.for({});
    const two = open();
    later();
    two.states.observe(server, { kind: 'challenged' });
    await late.post({ seen: [{ serverUrl: server.url, accountKey: '', at: 0, observation: { kind: 'answered', authorized: false } }] }); // prettier-ignore
    await settled();
    assert.equal(await two.status(), 'signedOut');
  });

  it('include the outcome of the last sign-in and its dismissal', async () => {
    const [one, other] = [open(), open()];
    const shown = async () => (await other.states.statusOf(server)).lastAttempt?.kind;
    one.states.showAttempt(server, { kind: 'declined', at: storage.clock.now() });
    await settled();
    assert.equal(await shown(), 'declined');
    later();
    one.states.showAttempt(server, undefined);
    await settled();
    assert.equal(await shown(), undefined);
  });

  it('are dropped in all windows when another sign-in is stored', async () => {
    const [one, other] = [open(), open()];
    await one.credentials.put(credentialFor(server.url, 'https://login.example', storage.clock));
    const credential = await one.credentials.get(server.url);
    one.states.observe(server, { kind: 'denied', by: 'server', detail: 'no' }, credential);
    await settled();
    assert.equal(await other.status(), 'denied');
    later();
    await one.credentials.put(
      credentialFor(server.url, 'https://login.example', storage.clock, { id: 'sign-in-2' }),
    );
    await settled();
    assert.equal(await one.status(), 'ready');
    assert.equal(await other.status(), 'ready');
  });

  it('show an ended sign-in of another window as ended, in any order of events', async () => {
    const { secrets } = storage;
    const heard: (() => void)[] = [];
    const [one, other] = [
      open(),
      open({
        get: (key) => secrets.get(key),
        set: (key, value) => secrets.set(key, value),
        delete: (key) => secrets.delete(key),
        onDidChange: (listener) => secrets.onDidChange((key) => heard.push(() => listener(key))),
      }),
    ];
    await one.credentials.put(credentialFor(server.url, 'https://login.example', storage.clock));
    for (const hear of heard.splice(0)) hear();
    assert.equal(await other.status(), 'ready');
    later();
    await one.credentials.remove(server.url);
    one.states.observe(server, { kind: 'ended' });
    await settled();
    assert.equal(await one.status(), 'expired');
    later();
    for (const hear of heard.splice(0)) hear();
    assert.equal(await other.status(), 'expired');
  });

  it('ignore unreadable data of another version', async () => {
    const other = open();
    await board.for({}).post({ seen: [{ serverUrl: 1 }, null, { serverUrl: server.url, accountKey: '', at: 9, observation: { kind: 'later' } }], awaiting: 7 }); // prettier-ignore
    await board.for({}).post('words');
    await settled();
    assert.equal(await other.status(), 'unknown');
  });
});

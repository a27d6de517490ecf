import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { WindowPlaces } from '../../src/headless/bridge/bridgePlaces.js';
import { connectToBroker } from '../../src/headless/bridge/brokerConnection.js';
import { StdioBridge } from '../../src/headless/bridge/stdioBridge.js';
import { ManualClock } from '../broker/manualClock.js';

const patience = 30_000;

describe('the windows that the bridge calls', () => {
  const clock = new ManualClock();
  let directory: string;
  let places: WindowPlaces;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'windows-'));
    places = new WindowPlaces(directory, 'my server', directory, clock);
  });
  afterEach(() => rm(directory, { recursive: true }));

  const file = (at: number) => path.join(directory, `${process.pid}-${String(at).padStart(8, '0')}-0000-4000-8000-000000000000.json`); // prettier-ignore
  const write = (at: number, content: unknown, mode = 0o600) =>
    writeFile(file(at), typeof content === 'string' ? content : JSON.stringify(content), { mode });

  /** What a client reads that begins a session, when the bridge has waited as long as it does. */
  async function initialize(): Promise<JSONRPCMessage> {
    const [client, stdio] = InMemoryTransport.createLinkedPair();
    const bridge = new StdioBridge({ stdio, places, connect: connectToBroker, patience, clock });
    let answer: JSONRPCMessage | undefined;
    client.onmessage = (message) => (answer = message);
    await bridge.start();
    await client.send({ jsonrpc: '2.0', id: 7, method: 'initialize', params: {} });
    while (answer === undefined) {
      await setImmediate();
      clock.advance(100);
    }
    await bridge.close();
    return answer;
  }

  it('are none while no window is open, which the client learns after a limited time', async () => {
    const begun = clock.now();
    const message = JSON.stringify(await initialize());
    assert.match(message, /"id":7.*No editor window with MCP OAuth Broker is open/);
    assert.ok(clock.now() - begun >= patience);
  });

  it('are reached at the server’s address, with the window’s key', async () => {
    await write(1, { folders: [], url: 'http://127.0.0.1:4000', key: 'k' });
    assert.deepEqual(await places.find(), [{ url: 'http://127.0.0.1:4000/mcp/my%20server', key: 'k' }]);
  });

  it('exclude those whose file others may read, and the client gets the reason', async function () {
    if (process.platform === 'win32') this.skip();
    await write(1, { folders: [], url: 'http://127.0.0.1:4000', key: 'planted-key' });
    await chmod(file(1), 0o640);
    assert.deepEqual(await places.find(), []);
    const message = JSON.stringify(await initialize());
    assert.match(message, /Other users can read the key file/);
    assert.doesNotMatch(message, /planted-key/);
  });

  it('are not those that a link names', async function () {
    if (process.platform === 'win32') this.skip();
    const elsewhere = path.join(directory, 'elsewhere');
    await writeFile(elsewhere, JSON.stringify({ folders: [], url: 'http://127.0.0.1:4000', key: 'k' }), {
      mode: 0o600,
    });
    await symlink(elsewhere, file(1));
    assert.deepEqual(await places.find(), []);
  });

  it('are none that a file describes in another form, or that is another machine', async () => {
    await write(1, 'no json');
    await write(2, { url: 'http://127.0.0.1:4000', key: 'k' });
    await write(3, { folders: [], url: 'http://192.0.2.1:4000', key: 'k' });
    await write(4, { folders: [], url: 'http://127.0.0.1:4000@192.0.2.1', key: 'k' });
    await mkdir(file(5));
    // Those of this form are asked for an address, and passed over when they have not given one.
    await places.find();
    clock.advance(3_000);
    await places.find();
    clock.advance(3_000);
    assert.deepEqual(await places.find(), []);
  });
});

import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { BrokerTransport } from '../../src/headless/bridge/brokerConnection.js';
import { StdioBridge } from '../../src/headless/bridge/stdioBridge.js';
import { statelessRevision } from '../../src/mcp/statelessRevision.js';
import { ManualClock } from '../broker/manualClock.js';

/** One request at a window that serves. */
interface Exchange {
  readonly sent: JSONRPCMessage;
  readonly transport: BrokerTransport;
  readonly endStream: () => void;
  isClosed: boolean;
}

describe('a request without a session (2026-07-28), through the bridge', () => {
  let clock: ManualClock;
  let exchanges: Exchange[];
  let received: JSONRPCMessage[];
  let client: InMemoryTransport;
  let bridge: StdioBridge;
  beforeEach(async () => {
    clock = new ManualClock();
    exchanges = [];
    received = [];
    const [ours, stdio] = InMemoryTransport.createLinkedPair();
    client = ours;
    client.onmessage = (message) => received.push(message);
    const place = { url: 'http://127.0.0.1:1/mcp/notes', key: 'k' };
    bridge = new StdioBridge({
      stdio,
      places: {
        isLasting: false,
        find: () => Promise.resolve([place]),
        texts: { noWindow: () => 'none', unknown: 'unknown' },
      },
      connect: (_place, endStream) => {
        const transport: BrokerTransport = {
          start: () => Promise.resolve(),
          close: () => {
            for (const one of exchanges) one.isClosed ||= one.transport === transport;
            return Promise.resolve();
          },
          terminateSession: () => Promise.resolve(),
          setProtocolVersion: () => undefined,
          send: (sent) =>
            Promise.resolve(void exchanges.push({ sent, transport, endStream, isClosed: false })),
        };
        return { transport, isAlive: () => Promise.resolve(true) };
      },
      patience: 30_000,
      clock,
    });
    await bridge.start();
  });
  afterEach(() => bridge.close());

  /** Calls a tool. @returns the exchange that carries the call */
  async function call(): Promise<Exchange> {
    const _meta = { 'io.modelcontextprotocol/protocolVersion': statelessRevision, progressToken: 7 };
    await client.send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'read_notes', _meta } });
    while (exchanges.length === 0) await setImmediate();
    return exchanges[0] ?? assert.fail();
  }

  it('brings its progress and then its response', async () => {
    const { transport } = await call();
    const progress = { progressToken: 7, progress: 1 };
    transport.onmessage?.({ jsonrpc: '2.0', method: 'notifications/progress', params: progress });
    transport.onmessage?.({ jsonrpc: '2.0', id: 1, result: { content: [] } });
    while (received.length < 2) await setImmediate();
    assert.deepEqual(
      received.map((message) => ('method' in message ? message.method : message.id)),
      ['notifications/progress', 1],
    );
  });

  it('ends at the window when the client cancels it, and brings nothing more', async () => {
    const exchange = await call();
    await client.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    while (!exchange.isClosed) await setImmediate();
    assert.deepEqual([received, exchanges.length], [[], 1]);
  });

  it('ends with an error message if the window closes before it responds, and is not sent again', async () => {
    const exchange = await call();
    exchange.endStream();
    while (received.length === 0) {
      clock.advance(100);
      await setImmediate();
    }
    assert.match(JSON.stringify(received), /"id":1.*not known whether the call ran/);
    assert.deepEqual([exchange.isClosed, exchanges.length], [true, 1]);
  });
});

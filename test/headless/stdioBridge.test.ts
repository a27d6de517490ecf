import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { BridgePlace } from '../../src/headless/bridge/bridgePlaces.js';
import type { BrokerTransport } from '../../src/headless/bridge/brokerConnection.js';
import { StdioBridge } from '../../src/headless/bridge/stdioBridge.js';
import { ManualClock } from '../broker/manualClock.js';

describe('the bridge, while no window serves', () => {
  it('keeps requests for the window that comes, but none that the client has cancelled', async () => {
    const clock = new ManualClock();
    const found: BridgePlace[] = [];
    const delivered: JSONRPCMessage[] = [];
    const transport: BrokerTransport = {
      start: () => Promise.resolve(),
      close: () => Promise.resolve(),
      terminateSession: () => Promise.resolve(),
      setProtocolVersion: () => undefined,
      send: (message) => {
        delivered.push(message);
        if ('id' in message && message.id !== undefined)
          transport.onmessage?.({ jsonrpc: '2.0', id: message.id, result: {} });
        return Promise.resolve();
      },
    };
    const [client, stdio] = InMemoryTransport.createLinkedPair();
    const responses: JSONRPCMessage[] = [];
    client.onmessage = (message) => responses.push(message);
    const texts = { noWindow: () => 'none', unknown: 'unknown' };
    const bridge = new StdioBridge({
      stdio,
      places: { isLasting: false, find: () => Promise.resolve(found), texts },
      connect: () => ({ transport, isAlive: () => Promise.resolve(true) }),
      patience: 30_000,
      clock,
    });
    await bridge.start();
    const request = (id: number, method: string) => client.send({ jsonrpc: '2.0', id, method, params: {} });
    await request(1, 'initialize');
    await request(2, 'tools/call');
    await request(3, 'tools/list');
    await client.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } });
    await setImmediate();
    assert.equal(delivered.length, 0);
    found.push({ url: 'http://127.0.0.1:1/mcp/x', key: 'k' });
    while (responses.length < 2) {
      clock.advance(100);
      await setImmediate();
    }
    const ids = responses.map((message) => 'id' in message && message.id);
    assert.deepEqual(ids, [1, 3]);
    assert.ok(!delivered.some((message) => 'method' in message && message.method === 'tools/call'));
    await bridge.close();
  });

  it('begins its session in the next window if the first closes meanwhile', async () => {
    const begun: string[] = [];
    const connect = ({ url }: BridgePlace) => {
      const transport: BrokerTransport = {
        start: () => Promise.resolve(),
        close: () => Promise.resolve(),
        terminateSession: () => Promise.resolve(),
        setProtocolVersion: () => undefined,
        send: (message) => {
          begun.push(url);
          if (url.endsWith('/closing')) return Promise.reject(new TypeError('fetch failed'));
          if ('id' in message && message.id !== undefined)
            transport.onmessage?.({ jsonrpc: '2.0', id: message.id, result: {} });
          return Promise.resolve();
        },
      };
      return { transport, isAlive: () => Promise.resolve(true) };
    };
    const [client, stdio] = InMemoryTransport.createLinkedPair();
    const response = new Promise<JSONRPCMessage>((resolve) => (client.onmessage = resolve));
    const found = ['closing', 'open'].map((name) => ({ url: `http://127.0.0.1:1/mcp/${name}`, key: 'k' }));
    const texts = { noWindow: () => 'none', unknown: 'unknown' };
    const places = { isLasting: false, find: () => Promise.resolve(found), texts };
    const bridge = new StdioBridge({ stdio, places, connect, patience: 0, clock: new ManualClock() });
    await bridge.start();
    await client.send({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} });
    assert.deepEqual(await response, { jsonrpc: '2.0', id: 1, result: {} });
    assert.deepEqual(begun, ['http://127.0.0.1:1/mcp/closing', 'http://127.0.0.1:1/mcp/open']);
    await bridge.close();
  });

  it('responds to an agent’s client that starts first, and notices by itself when a window serves', async () => {
    const clock = new ManualClock();
    const found: BridgePlace[] = [];
    const transport: BrokerTransport = {
      start: () => Promise.resolve(),
      close: () => Promise.resolve(),
      terminateSession: () => Promise.resolve(),
      setProtocolVersion: () => undefined,
      send: (message) => {
        const result = { protocolVersion: '2025-06-18', capabilities: { tools: { listChanged: true } } };
        if ('id' in message && message.id !== undefined)
          transport.onmessage?.({ jsonrpc: '2.0', id: message.id, result });
        return Promise.resolve();
      },
    };
    const [client, stdio] = InMemoryTransport.createLinkedPair();
    const received: JSONRPCMessage[] = [];
    client.onmessage = (message) => received.push(message);
    const bridge = new StdioBridge({
      stdio,
      places: {
        isLasting: true,
        find: () => Promise.resolve(found),
        texts: { noWindow: () => 'none', unknown: '' },
      },
      connect: () => ({ transport, isAlive: () => Promise.resolve(true) }),
      patience: 2_000,
      clock,
    });
    await bridge.start();
    const pass = async (until: () => boolean) => {
      while (!until()) {
        clock.advance(100);
        await setImmediate();
      }
    };
    const params = { protocolVersion: '2025-06-18' };
    await client.send({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
    await pass(() => received.length > 0);
    assert.match(JSON.stringify(received), /"id":1,"result":\{"protocolVersion":"2025-06-18"/);
    await client.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    await client.send({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
    await pass(() => received.length > 1);
    assert.match(JSON.stringify(received[1]), /open_editor/);
    found.push({ url: 'http://127.0.0.1:1/agents/x/mcp', key: 'k' });
    await pass(() => received.length > 2);
    assert.deepEqual(received[2], { jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    await bridge.close();
  });
});

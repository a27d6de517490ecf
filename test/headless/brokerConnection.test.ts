import assert from 'node:assert/strict';
import { connectToBroker } from '../../src/headless/bridge/brokerConnection.js';
import { listenOnLoopback } from '../demo/loopbackServer.js';

describe('the bridge’s connection to the broker', () => {
  it('is another one for each request, so that a port that has closed refuses and never breaks off', async () => {
    const ports = new Set<number | undefined>();
    const kept: (string | undefined)[] = [];
    const server = await listenOnLoopback(0, () => (request, response) => {
      ports.add(request.socket.remotePort);
      kept.push(request.headers.connection);
      response.writeHead(405).end();
      return Promise.resolve();
    });
    const connection = connectToBroker({ url: `${server.origin}/mcp/x`, key: 'k' }, () => undefined);
    for (let request = 0; request < 3; request++) assert.equal(await connection.isAlive(), true);
    await server.close();
    assert.equal(await connection.isAlive(), false);
    assert.equal(ports.size, 3);
    assert.deepEqual(kept, ['close', 'close', 'close']);
  });
});

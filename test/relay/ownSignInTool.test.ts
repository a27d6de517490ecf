import assert from 'node:assert/strict';
import { startRelayWorld } from './relayWorld.js';
import { scriptedUpstream } from './scriptedUpstream.js';

describe('a server’s own tool with the name sign_in', () => {
  it('is called at the server', async () => {
    const upstream = await scriptedUpstream();
    upstream.answer = ({ id, method }, response) => {
      const tools = [{ name: 'sign_in', inputSchema: { type: 'object' } }];
      const text = 'signed in at the server';
      const result = method === 'tools/list' ? { tools } : { content: [{ type: 'text', text }] };
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    };
    const stage = await startRelayWorld({ servers: { scripted: upstream.url } });
    stage.own(upstream);
    try {
      const editor = await stage.rawCaller('scripted');
      await editor.initialize();
      assert.match(await (await editor.callTool('sign_in')).whole(), /signed in at the server/);
    } finally {
      await stage.close();
    }
  });
});

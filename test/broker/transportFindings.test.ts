import assert from 'node:assert/strict';
import { findOutTransport } from '../../src/broker/discovery/findings.js';
import { closeServers, http, scriptedServer, type SeenRequest } from '../oauth/scriptedServer.js';
import { serverAt } from './brokerWindow.js';
import { ManualClock } from './manualClock.js';

const protectedBy = { status: 401, headers: { 'www-authenticate': 'Bearer' } };
const takes =
  (wanted: string) =>
  ({ method, path }: SeenRequest, origin: string) => {
    if (path.includes('oauth-protected-resource'))
      return { body: { resource: origin, authorization_servers: [origin] } };
    if (path.startsWith('/.well-known/')) {
      const endpoints = { authorization_endpoint: `${origin}/a`, token_endpoint: `${origin}/t` };
      return { body: { issuer: origin, ...endpoints } };
    }
    return method === wanted ? protectedBy : { status: 405 };
  };

describe('the transport of an unconfigured server', () => {
  afterEach(closeServers);

  const found = (url: string) =>
    findOutTransport(serverAt(url), { http, clock: new ManualClock() }, new AbortController().signal);

  for (const [path, method, transport, asked] of [
    ['/sse', 'GET', { type: 'sse' }, ['GET']],
    ['/events', 'GET', { type: 'sse' }, ['POST', 'GET']],
    ['/mcp', 'POST', {}, ['POST']],
    ['/sse', 'POST', {}, ['GET', 'POST']],
  ] as const) {
    it(`is detected if ${path} accepts ${method} only`, async () => {
      const mcp = await scriptedServer(takes(method));
      const { findings, transport: told } = await found(mcp.origin + path);
      assert.equal(findings.kind, 'protected');
      assert.deepEqual(told, transport);
      const methods = mcp.requests
        .filter((request) => request.path === path)
        .map((request) => request.method);
      assert.deepEqual(methods, asked);
    });
  }

  it('is the default one, with its error, if neither request is accepted', async () => {
    const mcp = await scriptedServer(() => ({ status: 404 }));
    const { findings, transport } = await found(`${mcp.origin}/mcp`);
    assert.ok(findings.kind === 'failed');
    assert.match(findings.error.message, /There is no MCP server at .*\/mcp \(404\)/);
    assert.deepEqual(transport, {});
  });

  it('is not probed again after an unrelated error', async () => {
    const mcp = await scriptedServer(({ path }) => (path === '/mcp' ? { status: 500 } : undefined));
    const { findings } = await found(`${mcp.origin}/mcp`);
    assert.equal(findings.kind, 'failed');
    assert.equal(mcp.requests.length, 1);
  });
});

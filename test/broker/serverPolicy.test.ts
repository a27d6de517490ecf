import assert from 'node:assert/strict';
import { policyRefusal } from '../../src/broker/settings/serverPolicy.js';

describe('a policy for MCP servers', () => {
  const server = { name: 'docs', url: 'https://mcp.example.com/mcp?team=a' };
  const isRefused = (policy: object, url = server.url) =>
    policyRefusal({ ...server, url }, policy) !== undefined;

  it('forbids nothing if it is absent', () => {
    assert.equal(isRefused({}), false);
    assert.equal(isRefused({ access: 'all', allowed: null, denied: null }), false);
    assert.equal(isRefused({ access: 'registry' }), false);
  });

  it('forbids every server if it switches MCP off', () => {
    assert.match(policyRefusal(server, { access: 'none' }) ?? '', /chat\.mcp\.access/);
  });

  const patterns: readonly [pattern: string, url: string, matches: boolean][] = [
    ['https://mcp.example.com/mcp?team=a', server.url, true],
    ['HTTPS://MCP.example.com:443/mcp?team=a#x', server.url, true],
    ['https://mcp.example.com/mcp', server.url, false],
    ['https://mcp.example.com/*', server.url, true],
    ['https://*.example.com/*', server.url, true],
    ['https://*.example.com/mcp', 'https://evil.test/.example.com/mcp', false],
    ['https://*.example.com/*', 'https://evil.test/?.example.com/', false],
    ['https://*.example.com/*', 'https://mcp.example.com.evil.test/mcp', false],
    ['https://mcp.example.com:*/mcp', 'https://mcp.example.com:8443/mcp', true],
    ['https://mcp.example.com:*/mcp', 'https://mcp.example.com/mcp', true],
    ['https://mcp.example.com:443/*', server.url, true],
    ['https://mcp.example.com', 'https://mcp.example.com/', true],
    ['https://mcp.example.com/a.c*', 'https://mcp.example.com/abc', false],
    ['*', server.url, true],
  ];
  for (const [pattern, url, matches] of patterns) {
    it(`${matches ? 'matches' : 'does not match'} ${url} with ${pattern}`, () => {
      assert.equal(isRefused({ denied: [{ serverUrl: pattern }] }, url), matches);
      assert.equal(isRefused({ allowed: [{ serverUrl: pattern }] }, url), !matches);
    });
  }

  it('matches servers by name', () => {
    assert.equal(isRefused({ denied: [{ serverName: 'docs' }] }), true);
    assert.equal(isRefused({ allowed: [{ serverName: 'docs' }] }), false);
    assert.equal(isRefused({ allowed: [{ serverName: 'Docs' }] }), true);
  });

  it('prefers a denial to an approval', () => {
    const both = { allowed: [{ serverName: 'docs' }], denied: [{ serverUrl: 'https://mcp.example.com/*' }] };
    assert.match(policyRefusal(server, both) ?? '', /ChatDeniedMcpServers/);
  });

  it('forbids every server if it allows none', () => {
    assert.match(policyRefusal(server, { allowed: [] }) ?? '', /ChatAllowedMcpServers/);
    assert.equal(isRefused({ allowed: [{ serverCommand: ['node'] }] }), true);
  });

  it('ignores entries without exactly one criterion', () => {
    const odd = [{}, null, 'docs', { serverName: 'docs', serverUrl: server.url }, { serverUrl: '' }];
    assert.equal(isRefused({ denied: odd }), false);
    assert.equal(isRefused({ allowed: odd }), true);
  });
});

import assert from 'node:assert/strict';
import { ToolScopes } from '../../src/broker/tools/toolScopes.js';
import { MemoryMemory } from './memoryStores.js';

describe('the scopes that calls show a tool to need', () => {
  const server = { url: 'https://mcp.example/mcp' };
  const declaration = { securitySchemes: [{ type: 'oauth2', scopes: ['write', 'admin'] }] };
  let memory: MemoryMemory;
  let scopes: ToolScopes;
  const told: string[] = [];
  beforeEach(() => {
    memory = new MemoryMemory();
    scopes = new ToolScopes(memory);
    told.length = 0;
    scopes.onDidChange((url) => told.push(url));
  });

  it('are those of the newest challenge, also after a restart', async () => {
    await scopes.challenged(server, 't', ['read', 'write']);
    await scopes.challenged(server, 't', ['write']);
    assert.deepEqual(new ToolScopes(memory).learned(server, 't'), ['write']);
    assert.equal(scopes.learned(server, 'u'), undefined);
    assert.equal(scopes.learned({ url: 'https://other.example/mcp' }, 't'), undefined);
  });

  it('exclude a scope after a call without it succeeded', async () => {
    await scopes.challenged(server, 't', ['read', 'write']);
    await scopes.letThrough(server, 't', ['read']);
    assert.deepEqual(scopes.learned(server, 't'), ['read']);
  });

  it("replace the server's declaration after a call contradicted it", async () => {
    await scopes.letThrough(server, 't', ['write', 'admin'], declaration);
    assert.equal(scopes.learned(server, 't'), undefined);
    await scopes.letThrough(server, 't', ['write'], declaration);
    assert.deepEqual(scopes.learned(server, 't'), ['write']);
  });

  it('cause a change event only when they change', async () => {
    await scopes.challenged(server, 't', ['write']);
    await scopes.challenged(server, 't', ['write']);
    await scopes.challenged(server, 't', []);
    await scopes.letThrough(server, 't', ['write', 'more']);
    assert.deepEqual(told, [server.url]);
  });

  it('are stored for a limited number of tools, the newest', async () => {
    for (let at = 0; at <= 1_000; at++) await scopes.challenged(server, `t${at}`, ['a']);
    assert.equal(scopes.learned(server, 't0'), undefined);
    assert.deepEqual(scopes.learned(server, 't1000'), ['a']);
    await scopes.challenged(server, 't'.repeat(201), ['a']);
    assert.equal(scopes.learned(server, 't'.repeat(201)), undefined);
  });

  it('are empty if the stored value is invalid', async () => {
    await memory.set(`toolScopes ${server.url}`, { t: ['a', 1, 'b c'], u: 'a' });
    assert.deepEqual(scopes.learned(server, 't'), ['a']);
    assert.equal(scopes.learned(server, 'u'), undefined);
  });
});

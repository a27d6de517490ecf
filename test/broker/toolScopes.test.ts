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

  it('are those of the newest challenge, after a restart too', async () => {
    await scopes.challenged(server, 't', ['read', 'write']);
    await scopes.challenged(server, 't', ['write']);
    assert.deepEqual(new ToolScopes(memory).learned(server, 't'), ['write']);
    assert.equal(scopes.learned(server, 'u'), undefined);
    assert.equal(scopes.learned({ url: 'https://other.example/mcp' }, 't'), undefined);
  });

  it('are fewer once a call without them was let through', async () => {
    await scopes.challenged(server, 't', ['read', 'write']);
    await scopes.letThrough(server, 't', ['read']);
    assert.deepEqual(scopes.learned(server, 't'), ['read']);
  });

  it('take the place of what the server declares, once a call showed otherwise', async () => {
    await scopes.letThrough(server, 't', ['write', 'admin'], declaration);
    assert.equal(scopes.learned(server, 't'), undefined);
    await scopes.letThrough(server, 't', ['write'], declaration);
    assert.deepEqual(scopes.learned(server, 't'), ['write']);
  });

  it('are told of when they change, and only then', async () => {
    await scopes.challenged(server, 't', ['write']);
    await scopes.challenged(server, 't', ['write']);
    await scopes.challenged(server, 't', []);
    await scopes.letThrough(server, 't', ['write', 'more']);
    assert.deepEqual(told, [server.url]);
  });

  it('are kept of so many tools and no more, the newest', async () => {
    for (let at = 0; at <= 1_000; at++) await scopes.challenged(server, `t${at}`, ['a']);
    assert.equal(scopes.learned(server, 't0'), undefined);
    assert.deepEqual(scopes.learned(server, 't1000'), ['a']);
    await scopes.challenged(server, 't'.repeat(201), ['a']);
    assert.equal(scopes.learned(server, 't'.repeat(201)), undefined);
  });

  it('are read as none where the memory holds something else', async () => {
    await memory.set(`toolScopes ${server.url}`, { t: ['a', 1, 'b c'], u: 'a' });
    assert.deepEqual(scopes.learned(server, 't'), ['a']);
    assert.equal(scopes.learned(server, 'u'), undefined);
  });
});

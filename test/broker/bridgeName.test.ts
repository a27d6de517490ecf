import assert from 'node:assert/strict';
import { bridgeName } from '../../src/broker/agents/bridgeName.js';

describe('the name of the file with an agent’s key for a server', () => {
  it('starts with the agent and equals the server’s own name if that is a valid file name', async () => {
    assert.equal(await bridgeName('agent', 'Notes2'), 'agent-Notes2');
  });

  it('is valid on every file system and unique for each server', async () => {
    const long = 'n'.repeat(40);
    const servers = ['my notes', 'my/notes', '..', '文档', '报告', `${long}1`, `${long}2`];
    const names = await Promise.all(servers.map((server) => bridgeName('agent', server)));
    assert.equal(new Set(names).size, servers.length);
    for (const name of names) assert.match(name, /^agent-[a-zA-Z0-9-]{1,60}$/);
  });
});

import assert from 'node:assert/strict';
import { ServerProfiles } from '../../src/relay/upstream/serverProfiles.js';
import { serverAt } from '../broker/brokerWindow.js';
import { MemoryMemory } from '../broker/memoryStores.js';

class CountedMemory extends MemoryMemory {
  writes = 0;

  override set(key: string, value: unknown): Promise<void> {
    this.writes++;
    return super.set(key, value);
  }
}

describe('the profile of a server', () => {
  const server = serverAt('https://mcp.example/mcp');
  const listOf = (...names: string[]) => ({
    tools: names.map((name) => ({ name, inputSchema: { type: 'object' } })),
  });
  const information = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    serverInfo: { name: 'a', version: '1' },
  };
  let memory: CountedMemory;
  let profiles: ServerProfiles;
  beforeEach(() => {
    memory = new CountedMemory();
    profiles = new ServerProfiles(memory);
  });
  const names = () => profiles.tools(server)?.map(({ name }) => name);

  it('is written when it changes, and not when the same list is received again', async () => {
    for (let again = 0; again < 3; again++) {
      await profiles.rememberList(server, 'tools/list', listOf('x'), false);
      await profiles.rememberInformation(server, information);
    }
    assert.equal(memory.writes, 2);
    await profiles.rememberList(server, 'tools/list', listOf('x', 'y'), false);
    assert.deepEqual(names(), ['x', 'y']);
    assert.equal(memory.writes, 3);
  });

  it('joins the pages of a list, and ignores a response that is not a list', async () => {
    await profiles.rememberList(server, 'tools/list', listOf('x'), false);
    await profiles.rememberList(server, 'tools/list', listOf('y'), true);
    await profiles.rememberList(server, 'tools/list', { tools: 'none' }, false);
    assert.deepEqual(names(), ['x', 'y']);
  });

  it('keeps the authorization that a tool declares, and announces that the list changed', async () => {
    const told: string[] = [];
    profiles.onDidChange((url) => told.push(url));
    const securitySchemes = [{ type: 'oauth2', scopes: ['write'] }];
    const { tools } = listOf('x');
    const declared = { tools: tools.map((tool) => ({ ...tool, securitySchemes, unknown: true })) };
    await profiles.rememberList(server, 'tools/list', declared, false);
    await profiles.rememberList(server, 'tools/list', declared, false);
    assert.deepEqual(profiles.declarations(server), [{ ...tools[0], securitySchemes }]);
    assert.deepEqual(told, [server.url]);
  });

  it('stores no address that may itself give access', async () => {
    const uris = [
      'repo://HEAD',
      'https://a.example/b?sig=secret',
      'https://u:secret@a.example/b',
      'a:b#secret',
    ];
    const resources = uris.map((uri) => ({ uri, name: 'a' }));
    await profiles.rememberList(server, 'resources/list', { resources }, false);
    assert.doesNotMatch(JSON.stringify([...memory.entries]), /secret/);
    assert.match(JSON.stringify(profiles.listed(server, 'resources/list')), /repo:\/\/HEAD/);
  });
});

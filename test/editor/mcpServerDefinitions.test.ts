import assert from 'node:assert/strict';
import { activeExtension, configure, serverNamed, type ActiveExtension } from './activeExtension.js';

const one = { repositories: { type: 'http', url: 'https://mcp.example.com/mcp' } };

describe('MCP server definitions', () => {
  let extension: ActiveExtension;

  before(async () => {
    extension = await activeExtension();
  });
  beforeEach(() => configure(extension, one));
  after(() => configure(extension, undefined));

  it('are provided with a constant placeholder address, without a key and without the upstream’s address', async () => {
    const [first] = await extension.definitions.provideMcpServerDefinitions();
    const [second] = await extension.definitions.provideMcpServerDefinitions();
    assert.equal(first?.uri.toString(true), 'http://127.0.0.1:1/mcp/repositories');
    assert.deepEqual(first.headers, {});
    assert.deepEqual(first, second);
    assert.doesNotMatch(JSON.stringify(first), /mcp\.example\.com/);
  });

  it('are resolved as new objects with the relay’s address and a key', async () => {
    const [provided] = await extension.definitions.provideMcpServerDefinitions();
    assert.ok(provided);
    const resolved = await extension.definitions.resolveMcpServerDefinition(provided);
    assert.notEqual(resolved, provided);
    assert.match(resolved.uri.toString(true), /^http:\/\/127\.0\.0\.1:\d{2,}\/mcp\/repositories$/);
    assert.match(resolved.headers['Authorization'] ?? '', /^Bearer [\w-]{43}$/);
    assert.equal(resolved.version, provided.version);
    assert.deepEqual(provided.headers, {});
  });

  it('are not resolved for a server that is configured no more', async () => {
    const [provided] = await extension.definitions.provideMcpServerDefinitions();
    assert.ok(provided);
    await configure(extension, { other: { url: 'https://other.example/mcp' } });
    await assert.rejects(extension.definitions.resolveMcpServerDefinition(provided), /repositories/);
  });

  it('change with the address or a header, and not with how to sign in, nor with a status', async () => {
    let changes = 0;
    const subscription = extension.definitions.onDidChangeMcpServerDefinitions(() => changes++);
    const version = async () => (await extension.definitions.provideMcpServerDefinitions())[0]?.version;
    const before = await version();
    extension.states.observe(serverNamed(extension, 'repositories'), { kind: 'challenged' });
    await configure(extension, { repositories: { ...one.repositories, oauth: { clientId: 'abc' } } });
    assert.equal(changes, 0);
    assert.equal(await version(), before);
    await configure(extension, { repositories: { ...one.repositories, headers: { 'X-Team': 'a' } } });
    assert.equal(changes, 1);
    assert.notEqual(await version(), before);
    subscription.dispose();
  });
});

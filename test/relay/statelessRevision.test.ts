import assert from 'node:assert/strict';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { startStatelessServer, type StatelessServer } from '../demo/statelessServer.js';
import { startWorld, type World } from '../demo/world.js';
import { callTool, RelayWorld } from './relayWorld.js';

/** A caller that supports both revisions, with what a test observes of it. */
interface ModernCaller {
  readonly client: Client;
  /** The messages of the elicitations that it received, oldest first. */
  readonly questions: string[];
  readonly text: (tool: string, args?: Record<string, unknown>) => Promise<string>;
}

describe('the revision without sessions (2026-07-28)', () => {
  let world: World;
  let notes: StatelessServer;
  let relay: RelayWorld;
  let onQuestion: (url: string) => Promise<'accept' | 'decline'>;
  const open: Client[] = [];

  beforeEach(async () => {
    world = await startWorld();
    notes = await startStatelessServer(world.authorizationServer);
    relay = new RelayWorld(world, { servers: { notes: notes.url } });
    relay.own(notes);
    onQuestion = async (url) => {
      await relay.consent(url);
      return 'accept';
    };
  });

  afterEach(async () => {
    for (const client of open.splice(0)) await client.close();
    await relay.close();
  });

  /** Connects a client that uses the revision if the server supports it, and that can show addresses. */
  async function connect(name: string): Promise<ModernCaller> {
    const questions: string[] = [];
    const client = new Client(
      { name: 'modern', version: '1' },
      { versionNegotiation: { mode: 'auto' }, capabilities: { elicitation: { url: {} } } },
    );
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      questions.push(params.message);
      return { action: params.mode === 'url' ? await onQuestion(params.url) : 'decline' };
    });
    const { url, key } = await relay.broker.relay.endpointFor(relay.server(name));
    const headers = { Authorization: `Bearer ${key.expose()}` };
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
    open.push(client);
    const text = async (tool: string, args: Record<string, unknown> = {}) => {
      const { content } = await client.callTool({ name: tool, arguments: args });
      return content.map((part) => ('text' in part ? part.text : '')).join('');
    };
    return { client, questions, text };
  }

  it('reaches a server of this revision for a caller with a session, from sign_in to its tools', async () => {
    const client = await relay.connect('notes');
    await client.listTools();
    assert.match((await callTool(client, 'sign_in')).text, /read_notes, write_note/);
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map(({ name }) => name),
      ['read_notes', 'write_note'],
    );
    assert.equal((await callTool(client, 'read_notes')).text, 'three notes');
  });

  it('steps up for a caller with a session', async () => {
    await relay.signIn('notes');
    const client = await relay.connect('notes');
    assert.equal((await callTool(client, 'write_note', { text: 'a' })).text, 'wrote a');
    assert.match(relay.cards[0]?.message ?? '', /New scopes: notes:write/);
  });

  it('is used with a caller that supports it if the server is known to support it', async () => {
    await relay.signIn('notes');
    const { client, text } = await connect('notes');
    assert.equal(client.getNegotiatedProtocolVersion(), '2026-07-28');
    assert.equal(await text('read_notes'), 'three notes');
    assert.ok(!notes.methods.includes('initialize'));
  });

  it('asks for consent in the result, and runs the repeated call once', async () => {
    await relay.signIn('notes');
    const { text, questions } = await connect('notes');
    assert.equal(await text('write_note', { text: 'b' }), 'wrote b');
    assert.equal(questions.length, 1);
    assert.match(questions[0] ?? '', /More access for notes/);
    assert.equal(notes.methods.filter((method) => method === 'tools/call').length, 1);
  });

  it('reports to the model that the user declined, and does not ask again', async () => {
    await relay.signIn('notes');
    const { text, questions } = await connect('notes');
    onQuestion = () => Promise.resolve('decline');
    assert.match(await text('write_note', { text: 'c' }), /the user declined/);
    assert.equal(questions.length, 1);
    assert.ok(!notes.methods.includes('tools/call'));
  });

  it('gets the last known response of a server that was signed out', async () => {
    await relay.signIn('notes');
    const first = await connect('notes');
    await first.client.listTools();
    await relay.broker.credentials.remove(notes.url);
    const { client, text, questions } = await connect('notes');
    assert.equal(client.getNegotiatedProtocolVersion(), '2026-07-28');
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map(({ name }) => name),
      ['read_notes', 'write_note'],
    );
    assert.equal(await text('read_notes'), 'three notes');
    assert.match(questions[0] ?? '', /Sign in to notes/);
  });

  it('begins a session for a caller of both revisions if the server only has sessions', async () => {
    await relay.signIn('repositories');
    const { client, text } = await connect('repositories');
    assert.equal(client.getNegotiatedProtocolVersion(), '2025-11-25');
    assert.match(await text('list_branches'), /main/);
  });

  it('refuses a revision that is not supported, and headers that disagree with the body', async () => {
    const { url, key } = await relay.broker.relay.endpointFor(relay.server('notes'));
    const post = async (declared: string, header: string) => {
      const _meta = { 'io.modelcontextprotocol/protocolVersion': declared };
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${key.expose()}`,
          'Content-Type': 'application/json',
          'Mcp-Protocol-Version': header,
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta } }),
      });
      return ((await answer.json()) as { error: { code: number } }).error.code;
    };
    assert.equal(await post('2027-01-01', '2027-01-01'), -32022);
    assert.equal(await post('2026-07-28', '2025-11-25'), -32020);
  });
});

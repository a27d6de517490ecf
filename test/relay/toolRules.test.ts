import assert from 'node:assert/strict';
import { Emitter } from '../../src/base/event.js';
import { parseToolRules } from '../../src/broker/tools/toolRules.js';
import { RawCaller, type RawAnswer, type RpcMessage } from './rawCaller.js';
import { callTool, startRelayWorld, type RelayWorld } from './relayWorld.js';
import { scriptedUpstream, type ScriptedUpstream } from './scriptedUpstream.js';

describe('the rule for a tool', () => {
  let upstream: ScriptedUpstream;
  let stage: RelayWorld;
  let editor: RawCaller;
  /** What the setting says. */
  let rules: unknown;
  const rulesChanged = new Emitter<undefined>();
  const asked: string[] = [];
  /** What the user says in the editor. */
  let answerInEditor: (signal: AbortSignal) => Promise<boolean>;
  beforeEach(async () => {
    rules = { scripted: { danger: 'block', careful: 'ask' } };
    asked.length = 0;
    answerInEditor = () => Promise.resolve(false);
    upstream = await scriptedUpstream();
    upstream.answer = ({ id, method }, response) => {
      const tools = ['danger', 'careful', 'free'].map((name) => ({
        name,
        description: `does ${name}`,
        inputSchema: { type: 'object' },
        securitySchemes: [{ type: 'noauth' }],
      }));
      const result = method === 'tools/list' ? { tools } : { content: [{ type: 'text', text: 'ran' }] };
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    };
    stage = await startRelayWorld({
      servers: { scripted: upstream.url },
      toolRules: {
        ruleOf: (server, tool) => parseToolRules(rules).ruleOf(server, tool),
        onDidChange: rulesChanged.event,
      },
      toolPrompt: {
        ask: ({ server, tool, account }, signal) => {
          asked.push(`${tool} on ${server.name} as ${account ?? 'nobody'}`);
          return answerInEditor(signal);
        },
      },
    });
    stage.own(upstream);
    editor = await stage.rawCaller('scripted');
    await editor.initialize({ elicitation: { form: {}, url: {} } });
  });
  afterEach(() => stage.close());

  const ran = () => upstream.requests.filter(({ method }) => method === 'tools/call').length;
  const resultOf = async (answer: RawAnswer) => {
    const text = await answer.whole();
    const message = text.startsWith('{') ? (JSON.parse(text) as RpcMessage) : answer.messages.at(-1);
    const content = message?.result?.['content'] as { text: string }[] | undefined;
    return { isError: message?.result?.isError === true, text: content?.[0]?.text ?? '', message };
  };
  /** The question on a call's stream. */
  const questionOn = async (answer: RawAnswer) => {
    await answer.until(/elicitation\/create.*\n\n/);
    const { id, params } = answer.messages.find(({ method }) => method === 'elicitation/create') ?? {};
    assert.ok(id !== undefined);
    return { id, params };
  };
  const otherCaller = async (capabilities?: object) => {
    const caller = new RawCaller(editor.url, stage.broker.relay.keyFor(stage.server('scripted')).expose());
    stage.own({
      close: () => {
        caller.close();
        return Promise.resolve();
      },
    });
    await caller.initialize(capabilities);
    return caller;
  };

  it('to block is explained to the model with the command that changes it, and nothing is sent', async () => {
    const { isError, text } = await resultOf(await editor.callTool('danger'));
    assert.equal(isError, true);
    assert.match(text, /^danger did not run: .*rule .* scripted is to block it.*MCP OAuth: Set Tool Rule…/);
    assert.equal(ran(), 0);
    assert.deepEqual(asked, []);
  });

  it('to block applies before there is any session at the server', async () => {
    const received = upstream.received.length;
    const caller = await stage.rawCaller('repositories');
    rules = { repositories: { create_branch: 'block' } };
    await caller.initialize();
    const contacted = stage.world.repositories.http.requests.length;
    const { text } = await resultOf(await caller.callTool('create_branch', { name: 'x' }));
    assert.match(text, /is to block it/);
    assert.equal(stage.world.repositories.http.requests.length, contacted);
    assert.equal(upstream.received.length, received);
  });

  it('is recorded as the reason why a call did not run', async () => {
    await resultOf(await editor.callTool('danger'));
    await resultOf(await (await otherCaller()).callTool('careful'));
    const calls = await stage.recorded(2);
    assert.deepEqual(
      calls.map(({ tool, outcome, reason }) => [tool, outcome, reason]),
      [
        ['danger', 'refused', 'blockedByRule'],
        ['careful', 'refused', 'declined'],
      ],
    );
  });

  it('to block applies to every caller', async () => {
    const { text } = await resultOf(await (await otherCaller()).callTool('danger'));
    assert.match(text, /is to block it/);
    assert.equal(ran(), 0);
  });

  it('to block applies to callers of the revision without sessions', async () => {
    const caller = await stage.rawCaller('scripted');
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const body = { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'danger', _meta } };
    const answer = await caller.post(body, { 'MCP-Protocol-Version': '2026-07-28' });
    assert.match((await resultOf(answer)).text, /is to block it/);
    assert.equal(ran(), 0);
  });

  const call = (more: string) => `{"jsonrpc":"2.0","id":9,"method":"tools/call",${more}}`;
  const disguises: readonly [string, string, Record<string, string>?][] = [
    ['a batch', `[${call('"params":{"name":"danger"}')}]`],
    ['a duplicate key', call('"params":{"name":"free","name":"danger"}')],
    ['a key in another case', call('"params":{"name":"free","Name":"danger"}')],
    ['two params', call('"params":{"name":"free"},"params":{"name":"danger"}')],
    ['a header that says other than the body', call('"params":{"name":"danger"}'), { 'Mcp-Name': 'free' }],
    ['a name in another key alone', call('"params":{"Name":"danger"}')],
    ['a name that is no text', call('"params":{"name":["danger"]}')],
    ['a notification', '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"danger"}}'],
    ['an escaped name', call('"params":{"name":"d\\u0061nger"}')],
  ];
  for (const [what, body, headers = {}] of disguises) {
    it(`is not got round by ${what}`, async () => {
      const received = upstream.received.length;
      const answer = await editor.send({ body, headers });
      assert.doesNotMatch(await answer.whole(), /ran/);
      assert.equal(ran(), 0);
      assert.ok(!upstream.received.slice(received).some((sent) => /d(a|\\u0061)nger/.test(sent.body)));
    });
  }

  it('to allow sends the very bytes that were judged', async () => {
    const body = call('"params": { "arguments" : {"b":1, "a":2}, "name":"fr\\u0065e" }');
    assert.match(await (await editor.send({ body })).whole(), /ran/);
    assert.equal(upstream.received.at(-1)?.body, body);
  });

  it('waits for the user in the chat if it is to ask, with server, tool and account', async () => {
    await stage.signIn('repositories');
    rules = { repositories: { list_branches: 'ask' } };
    const caller = await stage.rawCaller('repositories');
    await caller.initialize({ elicitation: { form: {}, url: {} } });
    const answer = await caller.callTool('list_branches');
    const { id, params } = await questionOn(answer);
    const calls = () =>
      stage.world.repositories.http.requests.filter(({ rpcMethod }) => rpcMethod === 'tools/call').length;
    assert.equal(calls(), 0);
    assert.match(params?.message ?? '', /list_branches on repositories as alice@example\.org/);
    const { properties } = params?.['requestedSchema'] as { readonly properties: Record<string, object> };
    // Clients show values: nothing but words.
    assert.deepEqual(properties['call'], {
      type: 'string',
      title: 'Run list_branches?',
      enum: ['Allow once', 'Don’t run it'],
    });
    await caller.respond(id, { action: 'accept', content: { call: 'Allow once' } });
    assert.match((await resultOf(answer)).text, /main/);
    assert.equal(calls(), 1);
    assert.deepEqual(asked, []);
  });

  const noes: readonly [string, object][] = [
    ['says no', { action: 'accept', content: { call: 'Don’t run it' } }],
    ['answers something else', { action: 'accept', content: { call: true } }],
    ['answers nothing', { action: 'accept' }],
    ['declines', { action: 'decline' }],
    ['closes the question', { action: 'cancel' }],
  ];
  for (const [what, said] of noes) {
    it(`ends the call with a text if it is to ask and the user ${what}`, async () => {
      const answer = await editor.callTool('careful');
      await editor.respond((await questionOn(answer)).id, said);
      const { isError, text } = await resultOf(answer);
      assert.equal(isError, true);
      assert.match(text, /^careful did not run: .*the user did not allow this call.*Set Tool Rule…/);
      assert.equal(ran(), 0);
    });
  }

  it('asks on every call if it is to ask', async () => {
    for (let call = 1; call <= 2; call++) {
      const answer = await editor.callTool('careful');
      await editor.respond((await questionOn(answer)).id, {
        action: 'accept',
        content: { call: 'Allow once' },
      });
      assert.equal((await resultOf(answer)).text, 'ran');
    }
    assert.equal(ran(), 2);
  });

  it('ends the wait after four minutes, and takes the question back', async () => {
    const answer = await editor.callTool('careful');
    const { id } = await questionOn(answer);
    stage.clock.advance(4 * 60_000);
    const { text } = await resultOf(answer);
    assert.match(text, /^careful did not run: .*the user did not reply in time/);
    const taken = answer.messages.find(({ method }) => method === 'notifications/cancelled');
    assert.equal(taken?.params?.['requestId'], id);
    await editor.respond(id, { action: 'accept', content: { call: 'Allow once' } });
    assert.equal(ran(), 0);
  });

  it('takes its question back when the call is cancelled', async () => {
    const answer = await editor.callTool('careful');
    await questionOn(answer);
    await editor.notify('notifications/cancelled', { requestId: 1 });
    await answer.whole();
    assert.equal(answer.messages.at(-1)?.method, 'notifications/cancelled');
    assert.equal(ran(), 0);
  });

  it('blocks if it is changed to block while the user is asked', async () => {
    const answer = await editor.callTool('careful');
    const { id } = await questionOn(answer);
    rules = { scripted: { careful: 'block' } };
    await editor.respond(id, { action: 'accept', content: { call: 'Allow once' } });
    assert.match((await resultOf(answer)).text, /is to block it/);
    assert.equal(ran(), 0);
  });

  it('asks in the editor for every other caller, which cannot answer for the user', async () => {
    const caller = await otherCaller({ elicitation: { form: {}, url: {} } });
    assert.match((await resultOf(await caller.callTool('careful'))).text, /the user did not allow this call/);
    assert.equal(ran(), 0);
    answerInEditor = () => Promise.resolve(true);
    assert.equal((await resultOf(await caller.callTool('careful'))).text, 'ran');
    assert.deepEqual(asked, ['careful on scripted as nobody', 'careful on scripted as nobody']);
    assert.ok(ran() === 1);
  });

  it('asks in the editor for a session of the agent host, whatever its client can show', async () => {
    const { url, key } = await stage.broker.relay.agentHostAddress();
    const caller = new RawCaller(`${url}/mcp/scripted`, key.expose());
    await caller.initialize({ elicitation: { form: {}, url: {} } });
    assert.match((await resultOf(await caller.callTool('careful'))).text, /the user did not allow this call/);
    assert.deepEqual(asked, ['careful on scripted as nobody']);
    caller.close();
  });

  it('asks in the editor if the chat can show no question', async () => {
    const caller = await stage.rawCaller('scripted');
    await caller.initialize({ elicitation: { url: {} } });
    await resultOf(await caller.callTool('careful'));
    assert.deepEqual(asked, ['careful on scripted as nobody']);
  });

  it('replaces the server’s description in the list of tools', async () => {
    const listed = async () => {
      const { message } = await resultOf(await editor.call('tools/list'));
      const tools = message?.result?.['tools'] as { name: string; description: string }[];
      return Object.fromEntries(tools.map(({ name, description }) => [name, description]));
    };
    const marked = await listed();
    assert.match(marked['danger'] ?? '', /^Blocked by the user.*MCP OAuth: Set Tool Rule…/);
    assert.equal(marked['careful'], 'does careful');
    rules = {};
    assert.equal((await listed())['danger'], 'does danger');
    assert.equal(stage.broker.profiles.declarations(stage.server('scripted'))[0]?.description, 'does danger');
  });

  it('is announced again when it has changed', async () => {
    const stream = await editor.send({ method: 'GET' });
    rulesChanged.fire(undefined);
    await stream.until(/notifications\/tools\/list_changed/);
  });
});

describe('what a tool needs', () => {
  let stage: RelayWorld;
  beforeEach(async () => {
    stage = await startRelayWorld();
    await stage.signIn('repositories');
  });
  afterEach(() => stage.close());

  it('is learned from the server’s challenge, and outlives the consent', async () => {
    const server = stage.server('repositories');
    const learned = () => stage.broker.toolScopes.learned(server, 'create_branch');
    const client = await stage.connect('repositories');
    stage.onCard = () => Promise.resolve('decline');
    await callTool(client, 'create_branch', { name: 'a' });
    assert.deepEqual(learned(), ['repo:write']);
    stage.onCard = async ({ url }) => {
      await stage.consent(url);
      return 'accept';
    };
    await callTool(client, 'create_branch', { name: 'a' });
    assert.deepEqual(learned(), ['repo:write']);
    assert.equal(stage.broker.toolScopes.learned(server, 'list_branches'), undefined);
  });

  it('is what the call succeeded with, if more was known before', async () => {
    const server = stage.server('repositories');
    await stage.broker.toolScopes.challenged(server, 'list_branches', ['repo:read', 'repo:admin']);
    await callTool(await stage.connect('repositories'), 'list_branches');
    assert.deepEqual(stage.broker.toolScopes.learned(server, 'list_branches'), ['repo:read']);
  });
});

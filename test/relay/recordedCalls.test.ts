import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { RecordedCall } from '../../src/broker/calls/callRecord.js';
import { RawCaller } from './rawCaller.js';
import { callTool, startRelayWorld, type RelayWorld } from './relayWorld.js';
import { scriptedUpstream, type ScriptedUpstream } from './scriptedUpstream.js';

const endingOf = ({ outcome, reason }: RecordedCall) =>
  reason === undefined ? outcome : `${outcome} ${reason}`;

describe('the record of a call', () => {
  let stage: RelayWorld;
  beforeEach(async () => {
    stage = await startRelayWorld();
  });
  afterEach(() => stage.close());

  const calling = async (): Promise<RawCaller> => {
    const caller = await stage.rawCaller('repositories');
    await caller.initialize();
    return caller;
  };
  const only = async (): Promise<RecordedCall> => {
    const [call, ...others] = await stage.recorded(1);
    assert.deepEqual(others, []);
    return call ?? assert.fail();
  };

  it('contains the caller, the tool, the account, the scopes and the duration', async () => {
    await stage.signIn('repositories');
    await callTool(await stage.connect('repositories'), 'list_branches');
    const { id, at, scopes, ...call } = await only();
    assert.match(id, /^[\da-f-]{36}$/);
    assert.equal(at, stage.clock.now());
    assert.ok(scopes.includes('repo:read') && !scopes.includes('repo:write'));
    assert.deepEqual(call, {
      caller: { kind: 'editor', name: 'Editor' },
      server: 'repositories',
      serverUrl: stage.server('repositories').url,
      tool: 'list_branches',
      account: 'alice@example.org',
      consent: 'used',
      outcome: 'succeeded',
      milliseconds: 0,
      waited: 0,
    });
  });

  it('names the chat and the request in it that an editor made the call for', async () => {
    await stage.signIn('repositories');
    const caller = await calling();
    const _meta = { 'vscode.conversationId': 'chat-1', 'vscode.requestId': 'request_2' };
    const params = { name: 'list_branches', arguments: {}, _meta };
    await (await caller.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })).whole();
    assert.deepEqual((await only()).chat, { conversation: 'chat-1', request: 'request_2' });
  });

  it('ignores another caller’s chat, and names that caller', async () => {
    await stage.signIn('repositories');
    const { url } = await stage.broker.relay.endpointFor(stage.server('repositories'));
    const caller = new RawCaller(url, stage.broker.relay.keyFor(stage.server('repositories')).expose());
    await caller.initialize();
    const params = { name: 'list_branches', _meta: { 'vscode.conversationId': 'chat-1' } };
    await (await caller.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })).whole();
    caller.close();
    const call = await only();
    assert.equal(call.caller.kind, 'extension');
    assert.equal(call.chat, undefined);
  });

  it('distinguishes a sign-in from a step-up, with the requested scopes and the time that the user took', async () => {
    const client = await stage.connect('repositories');
    const { onCard } = stage;
    stage.onCard = async (card) => {
      stage.clock.advance(7_000);
      return onCard(card);
    };
    await callTool(client, 'list_branches');
    await callTool(client, 'create_branch', { name: 'asked' });
    const [first, second] = await stage.recorded(2);
    assert.ok(first !== undefined && second !== undefined);
    assert.deepEqual([first.consent, second.consent], ['signInAsked', 'stepUpAsked']);
    assert.deepEqual(second.asked, ['repo:write']);
    assert.ok(second.scopes.includes('repo:write'));
    for (const { waited, milliseconds } of [first, second]) {
      assert.equal(waited, 7_000);
      assert.equal(milliseconds, 7_000);
    }
  });

  it('is also made for the relay’s own sign_in', async () => {
    const client = await stage.connect('repositories');
    await client.listTools();
    await callTool(client, 'sign_in');
    const { tool, account, consent, outcome } = await only();
    assert.deepEqual(
      [tool, account, consent, outcome],
      ['sign_in', 'alice@example.org', 'signInAsked', 'succeeded'],
    );
  });

  it('is made once for each tool call, and for nothing else', async () => {
    await stage.signIn('repositories');
    const client = await stage.connect('repositories');
    await client.listTools();
    await client.listPrompts();
    for (let call = 1; call <= 3; call++) await callTool(client, 'list_branches');
    const calls = await stage.recorded(3);
    await client.ping();
    assert.equal(new Set(calls.map(({ id }) => id)).size, 3);
    assert.equal(calls.length, 3);
  });

  const ends: readonly [
    how: string,
    ending: string,
    consent: string,
    run: (caller: RawCaller) => Promise<void>,
  ][] = [
    [
      'the user declines the sign-in',
      'refused declined',
      'signInAsked',
      async (caller) => {
        await stage.broker.credentials.remove(stage.server('repositories').url);
        const answer = await caller.callTool('list_branches');
        await answer.until(/elicitation\/create.*\n\n/);
        const card = answer.messages.find(({ method }) => method === 'elicitation/create');
        await caller.respond(card?.id ?? '', { action: 'decline' });
        await answer.whole();
      },
    ],
    [
      'the user does not finish the step-up in time',
      'refused timedOut',
      'stepUpAsked',
      async (caller) => {
        const answer = await caller.callTool('create_branch', { name: 'late' });
        await answer.until(/elicitation\/create.*\n\n/);
        stage.clock.advance(5 * 60_000);
        await answer.whole();
      },
    ],
    [
      'the sign-in is cancelled in the editor',
      'refused signInCancelled',
      'stepUpAsked',
      async (caller) => {
        const answer = await caller.callTool('create_branch', { name: 'late' });
        await answer.until(/elicitation\/create.*\n\n/);
        stage.broker.signIns.running(stage.server('repositories'))?.cancel();
        await answer.whole();
      },
    ],
    [
      'the server refuses by policy',
      'refused denied',
      'used',
      async (caller) => {
        stage.world.repositories.http.faultOnly = 'tools/call';
        stage.world.repositories.http.fault = 'forbidden';
        await (await caller.callTool('list_branches')).whole();
      },
    ],
    [
      'the server fails',
      'failed',
      'used',
      async (caller) => {
        stage.world.repositories.http.faultOnly = 'tools/call';
        stage.world.repositories.http.fault = 'serverError';
        await (await caller.callTool('list_branches')).whole();
      },
    ],
    [
      'the caller cancels while the user is asked',
      'cancelled',
      'stepUpAsked',
      async (caller) => {
        const answer = await caller.callTool('create_branch', { name: 'never' });
        await answer.until(/elicitation\/create.*\n\n/);
        await caller.notify('notifications/cancelled', { requestId: 1 });
        await answer.whole();
      },
    ],
    [
      'the caller goes away while the user is asked',
      'cancelled',
      'stepUpAsked',
      async (caller) => {
        const answer = await caller.callTool('create_branch', { name: 'never' });
        await answer.until(/elicitation\/create.*\n\n/);
        caller.close();
      },
    ],
    [
      'header and body disagree',
      'refused malformed',
      'none',
      async (caller) => {
        await (await caller.callTool('list_branches', {}, { 'Mcp-Name': 'another' })).whole();
      },
    ],
    [
      'its session does not exist',
      'failed',
      'none',
      async (caller) => {
        await (await caller.callTool('list_branches', {}, { 'Mcp-Session-Id': 'none' })).whole();
      },
    ],
  ];
  for (const [how, ending, consent, run] of ends) {
    it(`is made once if ${how}: ${ending}`, async () => {
      await stage.signIn('repositories');
      const caller = await calling();
      await run(caller);
      const call = await only();
      assert.deepEqual([endingOf(call), call.consent], [ending, consent]);
      if (consent === 'used') assert.equal(call.account, 'alice@example.org');
    });
  }
});

describe('the record of a response', () => {
  let stage: RelayWorld;
  let upstream: ScriptedUpstream;
  before(async () => {
    upstream = await scriptedUpstream();
    stage = await startRelayWorld({ servers: { scripted: upstream.url } });
    stage.own(upstream);
  });
  after(() => stage.close());
  beforeEach(() => void stage.calls.splice(0));

  const json = (response: ServerResponse, body: string) =>
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(body);
  const events = (response: ServerResponse, body: string) =>
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(`data: ${body}\n\n`);
  const long = JSON.stringify([{ type: 'text', text: `{"isError":true} ${'x'.repeat(200_000)}` }]);

  const answers: readonly [what: string, rest: string, outcome: string][] = [
    ['a result', '"result":{"content":[]}', 'succeeded'],
    ['a tool’s error', '"result":{"content":[],"isError":true}', 'toolError'],
    ['a JSON-RPC error', '"error":{"code":-32602,"message":"no such tool"}', 'failed'],
    [
      'a question to the user',
      '"result":{"resultType":"input_required","inputRequests":{}}',
      'inputRequired',
    ],
    ['a long result', `"result":{"content":${long}}`, 'succeeded'],
    ['a long tool’s error', `"result":{"isError":true,"content":${long}}`, 'toolError'],
    ['a long tool’s error, said last', `"result":{"content":${long},"isError":true}`, 'toolError'],
    ['a long JSON-RPC error', `"error":{"code":1,"message":"m","data":${long}}`, 'failed'],
    ['no answer', '"method":"notifications/message"', 'failed'],
  ];
  for (const [what, rest, outcome] of answers) {
    for (const [form, send] of [
      ['JSON', json],
      ['an event stream', events],
    ] as const) {
      it(`${what} as ${form}: ${outcome}`, async () => {
        upstream.answer = ({ id }, response) => send(response, `{"jsonrpc":"2.0","id":${id},${rest}}`);
        const caller = await stage.rawCaller('scripted');
        await caller.initialize();
        await (await caller.callTool('any')).whole();
        const [call] = await stage.recorded(1);
        assert.deepEqual([call?.outcome, call?.consent], [outcome, 'none']);
      });
    }
  }

  it('a connection that breaks before the response: failed', async () => {
    upstream.answer = (_message, response) => void response.destroy();
    const caller = await stage.rawCaller('scripted');
    await caller.initialize();
    await (await caller.callTool('any')).whole();
    const [call] = await stage.recorded(1);
    assert.equal(call?.outcome, 'failed');
  });
});

describe('secrets in the record of a call', () => {
  let stage: RelayWorld;
  beforeEach(async () => {
    stage = await startRelayWorld();
    await stage.signIn('repositories');
  });
  afterEach(() => stage.close());

  const tokens = async () => {
    const { accessToken, refreshToken } =
      (await stage.broker.credentials.get(stage.server('repositories').url))?.tokens ?? assert.fail();
    const { key } = await stage.broker.relay.endpointFor(stage.server('repositories'));
    return [accessToken.expose(), refreshToken?.expose() ?? assert.fail(), key.expose()];
  };

  it('include no argument by default', async () => {
    await callTool(await stage.connect('repositories'), 'list_branches', { filter: 'planted-argument' });
    const calls = await stage.recorded(1);
    assert.doesNotMatch(JSON.stringify(calls), /planted|argument/);
  });

  it('are redacted in arguments if these are recorded, and results are never recorded', async () => {
    stage.recordsArguments = true;
    const secrets = await tokens();
    const said = { filter: `main ${secrets.join(' ')}`, [secrets[0] ?? '']: 1, password: 'hunter2' };
    await callTool(await stage.connect('repositories'), 'list_branches', said);
    const [call] = await stage.recorded(1);
    assert.equal(
      call?.arguments,
      '{"filter":"main [redacted] [redacted] [redacted]","[redacted]":1,"password":"[redacted]"}',
    );
    assert.doesNotMatch(JSON.stringify({ ...call, arguments: '' }), /"(content|result)"/);
  });

  it('are removed from the name of a tool, whatever a caller calls', async () => {
    for (const secret of await tokens()) {
      await callTool(await stage.connect('repositories'), `a ${secret.slice(0, 150)} b`).catch(
        () => undefined,
      );
      await callTool(await stage.connect('repositories'), secret).catch(() => undefined);
    }
    const text = JSON.stringify(await stage.recorded(6));
    for (const secret of await tokens()) assert.ok(!text.includes(secret.slice(0, 40)), text);
  });
});

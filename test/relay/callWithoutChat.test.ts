import assert from 'node:assert/strict';
import { parseToolRules } from '../../src/broker/tools/toolRules.js';
import { Emitter } from '../../src/base/event.js';
import type { RawAnswer, RawCaller } from './rawCaller.js';
import { startRelayWorld, type RelayWorld } from './relayWorld.js';

/**
 * What a call has for all its waits for the user, in milliseconds. Copilot CLI, behind VS Code's MCP gateway, gives up
 * after 180 seconds.
 */
const patience = 140_000;

describe('a call that comes without a chat', () => {
  let stage: RelayWorld;
  let rules: object;
  beforeEach(async () => {
    rules = {};
    stage = await startRelayWorld({
      toolRules: {
        ruleOf: (server, tool) => parseToolRules(rules).ruleOf(server, tool),
        onDidChange: new Emitter<undefined>().event,
      },
    });
  });
  afterEach(() => stage.close());

  const calling = async (): Promise<RawCaller> => {
    const caller = await stage.rawCaller('repositories');
    await caller.initialize({ elicitation: { form: {}, url: {} } });
    return caller;
  };
  let id = 100;
  /** As VS Code's gateway sends it, which may know the chat. */
  const callThroughGateway = (caller: RawCaller, meta: object = {}) =>
    caller.post({
      ...{ jsonrpc: '2.0', id: ++id, method: 'tools/call' },
      params: { name: 'list_branches', arguments: {}, _meta: meta },
    });
  const asked = async (answer: RawAnswer) => {
    await answer.until(/elicitation\/create.*\n\n/);
    const { id: card, params } =
      answer.messages.findLast(({ method }) => method === 'elicitation/create') ?? {};
    return { id: card ?? assert.fail(), url: params?.url ?? '' };
  };
  const resultOf = async (answer: RawAnswer) => {
    await answer.whole();
    return JSON.stringify(answer.messages.at(-1)?.result);
  };

  for (const [what, meta] of [
    ['that names no chat', {}],
    ['through a gateway that was started for a chat', { 'vscode.conversationId': 'chat-1' }],
  ] as const) {
    it(`${what} gives up the consent with a text while its caller still listens, and the sign-in stays open`, async () => {
      const caller = await calling();
      const answer = await callThroughGateway(caller, meta);
      const card = await asked(answer);
      stage.clock.advance(patience - 1);
      assert.ok(answer.isOpen);
      stage.clock.advance(1);
      const result = await resultOf(answer);
      assert.match(result, /"isError":true/);
      assert.match(result, /timed out.*still open.*“MCP OAuth: Sign In…”.*call the tool again/);

      await stage.consent(card.url);
      await stage.broker.signIns.running(stage.server('repositories'))?.outcome;
      assert.match(await resultOf(await callThroughGateway(caller, meta)), /main/);
    });
  }

  it('leaves a call of the chat, which waits for the same sign-in, its four minutes, and the card', async () => {
    const caller = await calling();
    const withoutChat = await callThroughGateway(caller);
    const first = await asked(withoutChat);
    const inChat = await caller.callTool('list_branches');
    await inChat.until(/Waiting for your consent/);
    stage.clock.advance(patience);
    assert.match(await resultOf(withoutChat), /still open/);
    const second = await asked(inChat);
    // The user closes the first card, which is all the same still shown.
    await caller.respond(first.id, { action: 'cancel' });
    await stage.consent(second.url);
    assert.match(await resultOf(inChat), /main/);
  });

  it('is given up while a call of the chat began the sign-in, which goes on', async () => {
    const caller = await calling();
    const inChat = await caller.callTool('list_branches');
    const card = await asked(inChat);
    const withoutChat = await callThroughGateway(caller);
    stage.clock.advance(patience);
    assert.match(await resultOf(withoutChat), /still open/);
    assert.ok(inChat.isOpen);
    await stage.consent(card.url);
    assert.match(await resultOf(inChat), /main/);
  });

  it('does not wait longer for the answer to a rule', async () => {
    rules = { repositories: { list_branches: 'ask' } };
    const answer = await callThroughGateway(await calling());
    await asked(answer);
    stage.clock.advance(patience);
    assert.match(await resultOf(answer), /rule for this tool .* in time\. Ask the user whether to try again/);
  });

  it('has one time for all that it waits for', async () => {
    rules = { repositories: { list_branches: 'ask' } };
    const caller = await calling();
    const answer = await callThroughGateway(caller);
    const question = await asked(answer);
    stage.clock.advance(100_000);
    await caller.respond(question.id, { action: 'accept', content: { call: 'Allow once' } });
    await answer.until(/"mode":"url"/);
    stage.clock.advance(patience - 100_000);
    assert.match(await resultOf(answer), /still open/);
  });
});

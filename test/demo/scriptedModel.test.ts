import assert from 'node:assert/strict';
import { startScriptedModel, type ScriptedModel } from './scriptedModel.js';
import { nextStep, type ChatMessage } from './scriptedTurn.js';

const createBranch = 'mcp_repositories_create_branch';
const signIn = 'mcp_repositories_sign_in';

const asked = (request: string): ChatMessage => ({
  role: 'user',
  content: [
    { type: 'text', text: '<context>list of branches named foo</context>' },
    { type: 'text', text: `<userRequest>\n${request}\n</userRequest>` },
  ],
});
const called = (id: string, name: string): ChatMessage => ({
  role: 'assistant',
  content: '',
  tool_calls: [{ id, function: { name } }],
});
const said = (id: string, content: string): ChatMessage => ({ role: 'tool', tool_call_id: id, content });
const text = (words: string) => ({ kind: 'text', text: words });
const call = (name: string, args: object = {}) => ({ kind: 'toolCall', name, args });

describe('the scripted model', () => {
  it('calls the tool that a request is for, with its argument', () => {
    const offered = [
      'run_in_terminal',
      createBranch,
      'mcp_repositories_list_branches',
      'mcp_reports_generate_summary',
    ];
    const step = (request: string) => nextStep([asked(request)], offered);
    assert.deepEqual(step('Create a branch called feature/x.'), call(createBranch, { name: 'feature/x' }));
    assert.deepEqual(step('list the branches'), call('mcp_repositories_list_branches'));
    assert.deepEqual(
      step('Write a summary of sales in May.'),
      call('mcp_reports_generate_summary', { topic: 'sales in May' }),
    );
  });

  it('signs in if only that is offered, and continues with the tool in the same turn', () => {
    const turn = [asked('create a branch called x')];
    assert.deepEqual(nextStep(turn, [signIn, 'mcp_reports_sign_in']), call(signIn));
    turn.push(called('1', signIn), said('1', 'Signed in. New tools: create_branch'));
    assert.deepEqual(nextStep(turn, [createBranch]), call(createBranch, { name: 'x' }));
    turn.push(called('2', createBranch), said('2', 'Created branch x.'));
    assert.deepEqual(nextStep(turn, [createBranch]), text('Done: Created branch x.'));
  });

  it('performs one task after the other, and reports the second', () => {
    const status = 'mcpConsent';
    const turn = [asked('what is the status of my servers, then create a branch called x')];
    assert.deepEqual(nextStep(turn, [status, signIn]), call(status));
    turn.push(called('1', status), said('1', 'repositories: signedOut'));
    assert.deepEqual(nextStep(turn, [status, signIn]), call(signIn));
    turn.push(called('2', signIn), said('2', 'Signed in. New tools: create_branch'));
    assert.deepEqual(nextStep(turn, [status, createBranch]), call(createBranch, { name: 'x' }));
    turn.push(called('3', createBranch), said('3', 'Created branch x.'));
    assert.deepEqual(nextStep(turn, [status, createBranch]), text('Done: Created branch x.'));
  });

  it('does not sign in twice if the user declined', () => {
    const turn = [asked('create a branch called x'), called('1', signIn), said('1', 'The user declined.')];
    assert.deepEqual(nextStep(turn, [signIn]), text('It did not work: The user declined.'));
  });

  it('reports a refused tool call as refused, and is not misled by a branch name', () => {
    const turn = (name: string, result: string) => [
      asked(`create a branch called ${name}`),
      called('1', createBranch),
      said('1', result),
    ];
    assert.deepEqual(
      nextStep(turn('x', 'The user declined.'), [createBranch]),
      text('It did not work: The user declined.'),
    );
    assert.deepEqual(
      nextStep(turn('fix-error', 'Created branch fix-error.'), [createBranch]),
      text('Done: Created branch fix-error.'),
    );
  });

  it('reports that no tool fits, and responds to requests without tools with plain text', () => {
    const turn = [asked('create a branch called x')];
    assert.deepEqual(nextStep(turn, ['run_in_terminal']), text('I have no tool for that.'));
    assert.deepEqual(nextStep([{ role: 'user', content: 'Title for this chat?' }], []), text('Demo chat'));
  });

  it('responds only to the last request of a conversation', () => {
    const turn = [
      asked('create a branch called x'),
      called('1', createBranch),
      said('1', 'Created branch x.'),
      { role: 'assistant', content: 'Done' },
      asked('create a branch called y'),
    ];
    assert.deepEqual(nextStep(turn, [createBranch]), call(createBranch, { name: 'y' }));
  });

  describe('over HTTP', () => {
    let model: ScriptedModel;
    before(async () => {
      model = await startScriptedModel();
    });
    after(() => model.close());

    const complete = (stream: boolean) =>
      fetch(`${model.url}/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({
          stream,
          messages: [asked('create a branch called x')],
          tools: [{ type: 'function', function: { name: createBranch } }],
        }),
      });

    it('lists itself', async () => {
      const { data } = (await (await fetch(`${model.url}/models`)).json()) as { data: { id: string }[] };
      assert.deepEqual(
        data.map(({ id }) => id),
        ['scripted'],
      );
    });

    it('streams a tool call, and returns a whole response if no stream is requested', async () => {
      const events = (await (await complete(true)).text()).split('\n\n').filter((event) => event !== '');
      assert.match(events[0] ?? '', /"tool_calls":\[\{"index":0,.*create_branch.*\{\\"name\\":\\"x\\"\}/);
      assert.match(events[1] ?? '', /"finish_reason":"tool_calls"/);
      assert.equal(events.at(-1), 'data: [DONE]');
      assert.match(await (await complete(false)).text(), /"object":"chat\.completion",.*"tool_calls"/);
      assert.deepEqual(
        model.requests.map(({ tools, step }) => [tools, step.kind]),
        [
          [[createBranch], 'toolCall'],
          [[createBranch], 'toolCall'],
        ],
      );
    });
  });
});

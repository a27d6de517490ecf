import assert from 'node:assert/strict';
import { AgentRequestsAcrossWindows } from '../../src/broker/agents/agentRequestsAcrossWindows.js';
import { AgentConsents } from '../../src/broker/agents/agentConsents.js';
import { AgentToolAnswers } from '../../src/broker/agents/agentToolAnswers.js';
import { AgentToolApprovals } from '../../src/broker/agents/agentToolApprovals.js';
import { CredentialStore } from '../../src/broker/accounts/credentialStore.js';
import { InMemoryRecords } from '../../src/broker/agents/agentAdmissions.js';
import type { WindowNotices } from '../../src/base/storage.js';
import type { ToolQuestion } from '../../src/broker/tools/toolRules.js';
import { credentialFor, serverAt, SharedStorage } from './brokerWindow.js';

const server = serverAt('https://mcp.example/mcp');
const agent = { id: 'agent-1', name: 'tester', access: { url: server.url, scopes: ['repo:read'] } };
const resourceMetadata = new URL('https://mcp.example/metadata');
const need = { kind: 'signIn' as const, challenge: { scopes: ['repo:read'], resourceMetadata } };

describe("an agent's pending consent request", () => {
  const notices = new Map<object, unknown>();
  const listeners = new Map<object, () => void>();
  let storage: SharedStorage;
  let records: InMemoryRecords;
  beforeEach(() => {
    records = new InMemoryRecords();
    notices.clear();
    listeners.clear();
    storage = new SharedStorage();
  });

  function open(servers = [server]) {
    const credentials = new CredentialStore(storage.secrets, storage.log);
    const consents = new AgentConsents(credentials, storage.clock, {
      needsOwn: () => Promise.resolve(false),
    });
    const shown: ToolQuestion[] = [];
    const presses: PromiseWithResolvers<boolean>[] = [];
    const prompt = {
      ask: (question: ToolQuestion) => {
        shown.push(question);
        const press = Promise.withResolvers<boolean>();
        presses.push(press);
        return press.promise;
      },
    };
    const answers = new AgentToolAnswers(records, storage.lock, storage.clock);
    const questions = new AgentToolApprovals(storage.clock, answers, prompt);
    const tell = () => {
      for (const [other, listener] of listeners) if (other !== consents) listener();
    };
    const own: WindowNotices = {
      post: (notice) => {
        // Another window receives only what JSON can represent.
        notices.set(consents, JSON.parse(JSON.stringify(notice)));
        tell();
        return Promise.resolve();
      },
      others: () =>
        Promise.resolve([...notices].filter(([other]) => other !== consents).map(([, said]) => said)),
      onDidChange: (listener) => {
        listeners.set(consents, listener);
        return { dispose: () => void listeners.delete(consents) };
      },
      dispose: () => {
        notices.delete(consents);
        tell();
      },
    };
    const link = new AgentRequestsAcrossWindows(consents, questions, () => servers, own);
    /** The user presses a button of the latest notification in this window. */
    const press = async (yes: boolean) => {
      presses.at(-1)?.resolve(yes);
      await heard();
    };
    return { credentials, consents, questions, shown, press, link };
  }
  const heard = () => new Promise((resolve) => setImmediate(resolve));
  const ask = (window: ReturnType<typeof open>) =>
    window.consents.ask(agent, server, 'list_branches', need).then((outcome) => heard().then(() => outcome));

  it('is shown in every window that knows the server, with everything a sign-in needs', async () => {
    const [here, there, stranger] = [open(), open(), open([])];
    await ask(here);
    const [waiting] = there.consents.pending;
    assert.deepEqual([waiting?.agent.name, waiting?.what], ['tester', 'list_branches']);
    assert.deepEqual(waiting?.request, here.consents.pending[0]?.request);
    assert.deepEqual(stranger.consents.pending, []);
  });

  it('is announced as new only in the window that the agent called', async () => {
    const [here, there] = [open(), open()];
    const told: string[] = [];
    here.consents.onDidAsk(() => told.push('here'));
    there.consents.onDidAsk(() => told.push('there'));
    await ask(here);
    assert.deepEqual(told, ['here']);
  });

  it('disappears from all windows after the user grants it', async () => {
    const [here, there] = [open(), open()];
    await ask(here);
    await here.credentials.put(credentialFor(server.url, 'https://as.example', storage.clock));
    await heard();
    assert.deepEqual([here.consents.pending, there.consents.pending], [[], []]);
  });

  it('disappears from all windows after the user declines it in one, and can be made again later', async () => {
    const [here, there] = [open(), open()];
    await ask(here);
    there.consents.decline(there.consents.pending[0]?.id ?? '');
    await heard();
    assert.deepEqual([here.consents.pending, there.consents.pending], [[], []]);
    assert.equal((await ask(here)).kind, 'declined');
    storage.clock.advance(10 * 60_000);
    assert.equal((await ask(here)).kind, 'asked');
    assert.deepEqual([here.consents.pending.length, there.consents.pending.length], [1, 1]);
  });

  it('disappears when the window that the agent called closes', async () => {
    const [here, there] = [open(), open()];
    await ask(here);
    here.link.dispose();
    await heard();
    assert.deepEqual(there.consents.pending, []);
  });

  describe(`an agent's call of a tool with the rule "ask"`, () => {
    type Window = ReturnType<typeof open>;
    const alice = 'alice@example.org';
    const call = async ({ questions }: Window, tool = 'drop_branch', account = alice, caller = agent) => {
      const outcome = await questions.take(caller, server, tool, account);
      await heard();
      return outcome;
    };
    const firstOf = ({ questions }: Window) => questions.pending[0]?.id ?? assert.fail('nothing is asked');
    const answer = async (window: Window, yes: boolean) => {
      await window.questions.answer(firstOf(window), yes);
      await heard();
    };
    const pendingIn = (...windows: readonly Window[]) =>
      windows.map(({ questions }) => questions.pending.length);

    it('asks once in the window that the agent called, and is shown in every window that knows the server', async () => {
      const [here, there, stranger] = [open(), open(), open([])];
      assert.deepEqual([await call(here), await call(here)], ['asked', 'asked']);
      assert.deepEqual(pendingIn(here, there, stranger), [1, 1, 0]);
      assert.deepEqual(there.questions.pending, here.questions.pending);
      assert.deepEqual([here.shown.length, there.shown.length], [1, 0]);
    });

    it('lets exactly one call run after approval in another window, and closes the question', async () => {
      const [here, there] = [open(), open()];
      await call(here);
      await answer(there, true);
      assert.deepEqual(pendingIn(here, there), [0, 0]);
      assert.equal(await call(here), 'allowed');
      assert.equal(await call(here), 'asked');
    });

    it('shows the question in the window that the user opens it in', async () => {
      const [here, there] = [open(), open()];
      await call(here);
      const asking = there.questions.show(firstOf(there), agent.name);
      assert.deepEqual(there.shown, here.shown);
      await there.press(true);
      await asking;
      assert.equal(await call(here), 'allowed');
    });

    it('reports a denial from another window to the agent for two minutes', async () => {
      const [here, there] = [open(), open()];
      await call(here);
      await answer(there, false);
      assert.deepEqual([await call(here), await call(here)], ['declined', 'declined']);
      storage.clock.advance(2 * 60_000);
      assert.equal(await call(here), 'asked');
    });

    it('does not ask again after a take-over: the decision from the closed window counts once', async () => {
      const [here, there] = [open(), open()];
      await call(here);
      await here.press(true);
      here.link.dispose();
      await heard();
      assert.equal(await call(there), 'allowed');
      assert.equal(await call(there), 'asked');
    });

    it('runs nothing after a take-over if the approval was used before it', async () => {
      const [here, there] = [open(), open()];
      await call(here);
      await here.press(true);
      assert.equal(await call(here), 'allowed');
      here.link.dispose();
      await heard();
      assert.equal(await call(there), 'asked');
    });

    it('runs one of two calls that arrive at the same time in different windows', async () => {
      const [here, there] = [open(), open()];
      await call(here);
      await answer(there, true);
      const outcomes = await Promise.all([call(here), call(there), call(here)]);
      assert.deepEqual(outcomes.filter((outcome) => outcome === 'allowed').length, 1);
    });

    it('applies the decision only to the agent, tool and account that it was made for', async () => {
      const [here, there] = [open(), open()];
      await call(here);
      await answer(there, true);
      const others = [
        await call(here, 'drop_branch', alice, { ...agent, id: 'agent-2' }),
        await call(here, 'list_branches'),
        await call(here, 'drop_branch', 'bob@example.org'),
      ];
      assert.deepEqual(others, ['asked', 'asked', 'asked']);
      assert.equal(await call(here), 'allowed');
    });

    it('keeps the first decision: a later one in any window changes nothing', async () => {
      const [here, there] = [open(), open()];
      await call(here);
      const question = here.questions.pending[0] ?? assert.fail();
      await answer(there, false);
      await here.press(true);
      assert.equal(await call(here), 'declined');
      // This holds even if the other window has no notice of the first decision, or the first decision is
      // used up.
      const answers = new AgentToolAnswers(records, storage.lock, storage.clock);
      await answers.put(question, true);
      assert.equal(await call(here), 'declined');
    });

    it('runs no second call if a question was approved twice', async () => {
      const [here, there] = [open(), open()];
      await call(here);
      const question = here.questions.pending[0] ?? assert.fail();
      await answer(there, true);
      assert.equal(await call(here), 'allowed');
      const answers = new AgentToolAnswers(records, storage.lock, storage.clock);
      await answers.put(question, true);
      assert.equal(await call(here), 'asked');
    });

    it('accepts no decision on a question older than ten minutes', async () => {
      const [here, there] = [open(), open()];
      await call(here);
      const question = here.questions.pending[0] ?? assert.fail();
      storage.clock.advance(10 * 60_000);
      await heard();
      assert.deepEqual(pendingIn(here, there), [0, 0]);
      await here.press(true);
      await new AgentToolAnswers(records, storage.lock, storage.clock).put(question, true);
      assert.equal(await call(here), 'asked');
    });

    it('runs nothing because of a notice alone', async () => {
      const here = open();
      await call(here);
      const [{ id } = assert.fail()] = here.questions.pending;
      const said = { question: id, said: 'allowed', saidAt: storage.clock.now() };
      notices.set({}, { questions: [], answered: [id], answers: [said], allowed: [id] });
      for (const listener of listeners.values()) listener();
      await heard();
      assert.equal(await call(here), 'asked');
    });

    it('runs nothing if an older record replaces one whose approval is used up', async () => {
      const here = open();
      await call(here);
      await here.press(true);
      const before = new Map(records.entries);
      assert.equal(await call(here), 'allowed');
      for (const [name, record] of before) records.entries.set(name, record);
      assert.equal(await call(here), 'asked');
      await here.press(true);
      assert.equal(await call(here), 'allowed');
    });

    it("shows the tool that the decision applies to and the agent's own name, and no question dated in the future", async () => {
      const there = open();
      const now = storage.clock.now();
      const said = { id: 'q', agentId: agent.id, agentName: 'another', serverUrl: server.url };
      const tool = 'drop\u202e_branch';
      notices.set(
        {},
        {
          questions: [
            { ...said, tool, askedAt: now },
            { ...said, id: 'r', tool, askedAt: now + 1 },
            { ...said, id: 's', tool: 4, askedAt: now },
          ],
        },
      );
      for (const listener of listeners.values()) listener();
      await heard();
      assert.deepEqual(
        there.questions.pending.map(({ id }) => id),
        ['q'],
      );
      void there.questions.show('q', agent.name);
      assert.deepEqual(
        there.shown.map(({ agent: name, tool: shown }) => [name, shown]),
        [['tester', 'drop _branch']],
      );
    });

    it('asks again if no question could be shown or the disk stores no decision', async () => {
      const here = open();
      await call(here);
      records.write = () => Promise.reject(new Error('full'));
      await here.press(true);
      assert.equal(await call(here), 'asked');
      assert.equal(here.shown.length, 2);
    });

    it('is removed in every window, with its decisions, when the agent is removed', async () => {
      const [here, there] = [open(), open()];
      await call(here);
      await call(here, 'list_branches');
      await answer(there, true);
      await here.questions.forget(agent.id);
      await heard();
      assert.deepEqual(pendingIn(here, there), [0, 0]);
      assert.equal(await call(there), 'asked');
    });
  });
});

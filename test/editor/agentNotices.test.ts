import assert from 'node:assert/strict';
import type { AgentAsk } from '../../src/broker/agents/agentConsents.js';
import type { ConsentNeed } from '../../src/broker/fetch/authorizedFetch.js';
import { Emitter } from '../../src/base/event.js';
import type { SignInRequest } from '../../src/broker/signIn/signIn.js';
import { AgentNotices } from '../../src/editor/agents/agentNotices.js';
import { obstacleTexts } from '../../src/editor/agents/agentsPortTexts.js';
import { Notifications } from '../../src/editor/adapters/notifications.js';
import { DialogueAnswers } from './dialogueAnswers.js';
import { startEditorScene, type EditorScene } from './editorScene.js';

describe('notifications about agents', () => {
  let scene: EditorScene;
  let notices: AgentNotices | undefined;
  let agent: AgentAsk['agent'];
  const cannotNarrow = new Emitter<string>();
  before(async () => {
    scene = await startEditorScene();
  });
  beforeEach(() => {
    const access = { url: scene.server.url, scopes: ['repo:read', 'repo:write'] };
    agent = { id: crypto.randomUUID(), name: 'ADK', access };
  });
  afterEach(() => {
    notices?.dispose();
    scene.extension.agents.consents.forget(agent.id);
  });
  after(() => scene.close());

  /**
   * Shows a notification.
   *
   * @returns the sign-in that was begun, which ends at once
   */
  const tell = (answers: DialogueAnswers) => {
    const begun: Omit<SignInRequest, 'deadline'>[] = [];
    const { agents, settings } = scene.extension;
    const went = Promise.withResolvers<undefined>();
    notices = new AgentNotices(
      {
        agents,
        servers: () => settings.servers,
        port: () => 1,
        connections: scene.extension.connections,
        onCannotNarrow: cannotNarrow.event,
        signIns: {
          running: () => undefined,
          begin: (_server, request) => {
            begun.push(request);
            return undefined as never;
          },
        },
        personalSignIn: {
          goThrough: () => {
            went.resolve(undefined);
            return Promise.resolve(undefined as never);
          },
        },
      },
      new Notifications(answers.window),
    );
    return { begun, went: went.promise };
  };
  const needs: ConsentNeed = {
    kind: 'stepUp',
    challenge: { scheme: 'Bearer' } as never,
    scopes: ['repo:read', 'repo:write'],
    missing: ['repo:write'],
  };
  const ask = (need: ConsentNeed) =>
    scene.extension.agents.consents.ask(agent, scene.server, 'create_branch', need);

  it('name the agent and its request, and only the button begins a sign-in for it', async () => {
    const answers = new DialogueAnswers('Grant Access');
    const { begun, went } = tell(answers);
    await ask(needs);
    await went;
    assert.deepEqual(answers.shown, [
      'The agent ADK needs more access to repositories for create_branch. Scopes: repo:write. The agent can retry after that.',
    ]);
    assert.deepEqual(
      begun.map(({ scopes }) => scopes),
      [['repo:write']],
    );
  });

  it('ask once for one request, and not again after “Not Now”', async () => {
    const answers = new DialogueAnswers('Not Now');
    const { begun } = tell(answers);
    const { consents } = scene.extension.agents;
    const declined = new Promise<void>((resolve) => {
      const listening = consents.onDidChange(() => {
        if (consents.askedHere.length > 0) return;
        listening.dispose();
        resolve();
      });
    });
    await ask({ kind: 'signIn' });
    await declined;
    assert.equal((await ask({ kind: 'signIn' })).kind, 'declined');
    assert.deepEqual(answers.shown, [
      'The agent ADK needs you to sign in to repositories for create_branch. Scopes: repo:read, repo:write. The agent can retry after that.',
    ]);
    assert.deepEqual(begun, []);
  });

  it("report once that a server's tokens cannot be narrowed", () => {
    const answers = new DialogueAnswers(undefined, undefined);
    tell(answers);
    cannotNarrow.fire(scene.server.url);
    cannotNarrow.fire(scene.server.url);
    assert.equal(answers.shown.length, 1);
    assert.match(
      answers.shown[0] ?? '',
      /^The authorization server of repositories doesn’t issue tokens with fewer/,
    );
  });

  for (const [why, says, offersNewKeys] of [
    ['foreign', /^Another program uses port 29417, .* may have sent it their keys\./, true],
    ['silent', /^Another program uses port 29417, .* may have sent it their keys\./, true],
    [
      'otherMachine',
      /is forwarded to another machine, .* Stop forwarding the port, or change it here\./,
      true,
    ],
    [
      'otherBroker',
      /identifies itself as MCP OAuth Broker, such as the one in another editor\. Change the port here/,
      true,
    ],
    ['notAllowed', /^This process isn’t allowed to listen on port 29417/, false],
  ] as const) {
    it(`report what blocks the port and how to fix it: ${why}`, async () => {
      const answers = new DialogueAnswers('Rotate Keys');
      tell(answers);
      await notices?.portState({ kind: 'blocked', port: 29_417, why });
      assert.match(answers.shown[0] ?? '', says);
      const { label, tooltip } = obstacleTexts(29_417, why);
      assert.match(label, /29417/);
      // A program that only claims to be a broker may be another one, so keys count as exposed to it.
      const { hasHeardKeys } = obstacleTexts(29_417, why);
      assert.equal(hasHeardKeys, offersNewKeys);
      for (const text of [answers.shown[0] ?? '', tooltip])
        assert.equal(text.includes('keys'), offersNewKeys, text);
    });
  }
});

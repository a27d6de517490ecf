import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { recordName, slotOfAccount } from '../../src/broker/accounts/storedRecord.js';
import { accountKeyOf } from '../../src/broker/accounts/credential.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { ServerChanges, type ServerChangeParts } from '../../src/editor/commands/serverChanges.js';
import { ServerEntryDialogues } from '../../src/editor/commands/serverEntryCommands.js';
import { SettingUnwritable } from '../../src/editor/settings/writeSetting.js';
import { Redacted } from '../../src/base/redacted.js';
import { alice } from '../demo/people.js';
import { configure, next, signInAs, type ActiveExtension } from './activeExtension.js';
import { DialogueAnswers } from './dialogueAnswers.js';
import { startEditorScene, type EditorScene } from './editorScene.js';

describe("a server's entry", () => {
  let scene: EditorScene;
  let extension: ActiveExtension;
  let server: ServerConfig;
  const cancelled: string[] = [];
  beforeEach(async () => {
    scene = await startEditorScene();
    ({ extension, server } = scene);
    cancelled.length = 0;
  });
  afterEach(async () => {
    await setting().update('toolRules', undefined, vscode.ConfigurationTarget.Global);
    await scene.close();
  });

  const setting = () => vscode.workspace.getConfiguration('mcpOAuthBroker');
  const written = (key: string) => setting().inspect(key)?.globalValue;
  const names = () => Object.keys(written('servers') as object);
  const parts = (): ServerChangeParts => ({
    settings: extension.settings,
    toolRules: extension.toolRules,
    signOuts: extension.signOuts,
    personalSignIn: { cancel: ({ name }) => cancelled.push(name) },
    clientSecrets: extension.answers.clientSecrets,
    admissions: extension.agents.admissions,
  });
  /** A command's dialogue, with the user's answers in order. */
  const dialogue = (...answers: (string | undefined)[]) => {
    const user = new DialogueAnswers(...answers);
    const dialogues = new ServerEntryDialogues({
      ...parts(),
      credentials: extension.credentials,
      otherLists: () => [{ file: '.vscode/mcp.json', names: ['Theirs'] }],
      window: user.window,
    });
    return { user, dialogues };
  };
  const settled = async (isSo: () => boolean | Promise<boolean>) => {
    while (!(await isSo())) await next((told) => vscode.workspace.onDidChangeConfiguration(told));
  };
  const rule = (tool: string) => extension.toolRules.ruleOf({ name: 'repositories' }, tool);

  describe('when renamed', () => {
    it('keeps its place, tool rules and sign-ins, also when renamed back', async () => {
      await extension.toolRules.set(server, 'delete_branch', 'block');
      assert.equal((await signInAs(extension, server, alice)).kind, 'signedIn');
      const { user, dialogues } = dialogue('code', undefined);
      await dialogues.rename('repositories');
      assert.deepEqual(names(), ['code', 'reports']);
      assert.deepEqual(written('toolRules'), { code: { delete_branch: 'block' } });
      assert.equal((await extension.states.statusOf(extension.settings.find('code') ?? assert.fail())).signedIn, true); // prettier-ignore
      assert.deepEqual(user.shown, ['“repositories” is now “code”.']);
      assert.deepEqual(cancelled, ['repositories']);
      await dialogue('repositories', 'Undo').dialogues.rename('code');
      await settled(() => names().includes('code') && extension.toolRules.ruleOf({ name: 'code' }, 'delete_branch') === 'block'); // prettier-ignore
      await dialogue('repositories', undefined).dialogues.rename('code');
    });

    it('applies its rules to calls at every moment', async () => {
      await extension.toolRules.set(server, 'delete_branch', 'block');
      const rules: string[] = [];
      const subscription = vscode.workspace.onDidChangeConfiguration(() => {
        for (const { name } of extension.settings.servers)
          if (name !== 'reports') rules.push(extension.toolRules.ruleOf({ name }, 'delete_branch'));
      });
      await dialogue('code', undefined).dialogues.rename('repositories');
      subscription.dispose();
      assert.deepEqual(new Set(rules), new Set(['block']));
    });

    it('rejects a name that is in use or malformed', async () => {
      for (const [name, why] of [
        ['reports', /Another server already has this name/],
        ['Reports', /Another server already has this name/],
        ['theirs', /\.vscode\/mcp\.json has a server with this name/],
        ['..', /cannot be used as a name/],
      ] as const) {
        const { user, dialogues } = dialogue(name);
        await dialogues.rename('repositories');
        assert.match(user.shown.join(), why);
      }
      assert.deepEqual(names(), ['repositories', 'reports']);
    });

    it('keeps the addresses that agents have', async () => {
      const { admissions } = extension.agents;
      const { agent } = await admissions.admit({ name: 'tester', servers: [{ url: server.url }] });
      await dialogue('code', undefined).dialogues.rename('repositories');
      const [admitted] = await admissions.all();
      assert.deepEqual(admitted?.servers, [{ url: server.url, formerNames: ['repositories'] }]);
      await extension.signOuts.withdraw(agent);
    });
  });

  describe('when disabled', () => {
    const labels = async () =>
      (await extension.tree.getChildren()).map(
        ({ item }) => `${typeof item.label === 'string' ? item.label : ''}: ${String(item.description)}`,
      );

    it('is offered to no caller, and keeps its sign-ins until it is enabled', async () => {
      assert.equal((await signInAs(extension, server, alice)).kind, 'signedIn');
      const { user, dialogues } = dialogue(undefined, undefined);
      await dialogues.setDisabled('repositories', true);
      assert.deepEqual(user.shown, ['“repositories” is disabled. Its sign-ins are kept.']);
      assert.deepEqual(cancelled, ['repositories']);
      const offered = await extension.definitions.provideMcpServerDefinitions();
      assert.deepEqual(offered.map(({ label }) => label), ['reports']); // prettier-ignore
      assert.equal((await extension.statuses.all()).length, 1);
      assert.ok((await labels()).includes('repositories: Disabled'));
      assert.ok(extension.settings.urls.includes(server.url), 'marks of ended sign-ins are not pruned');
      assert.ok(await extension.credentials.get(server.url));
      await dialogues.setDisabled('repositories', false);
      assert.deepEqual(names(), ['repositories', 'reports']);
      assert.deepEqual(written('servers'), scene.world.serverSettings());
    });

    it('is enabled again by the undo button', async () => {
      await dialogue('Undo').dialogues.setDisabled('repositories', true);
      await settled(() => extension.settings.disabled.length === 0);
      assert.deepEqual(written('servers'), scene.world.serverSettings());
    });
  });

  describe('when removed', () => {
    const revoked = () =>
      scene.world.authorizationServer.events.filter(({ kind }) => kind === 'revoked').length;

    it('has its sign-ins revoked, and is restored with its rules and without its sign-ins', async () => {
      await configure(extension, {
        repositories: { ...scene.world.serverSettings().repositories, oauth: { clientId: 'by-hand' } },
        reports: scene.world.serverSettings().reports,
      });
      const { clientSecrets } = extension.answers;
      await clientSecrets.put(server, 'by-hand', new Redacted('hush'));
      const before = written('servers');
      await configure(extension, scene.world.serverSettings());
      assert.equal((await signInAs(extension, server, alice)).kind, 'signedIn');
      await configure(extension, before);
      await extension.toolRules.set(server, 'delete_branch', 'block');
      const { user, dialogues } = dialogue('Sign Out and Remove', 'Undo', undefined);
      const gone = next((told) => extension.settings.onDidChange(told));
      await dialogues.remove('repositories');
      await gone;
      assert.match(user.shown[0] ?? '', /You are signed in as alice@example\.org\./);
      assert.ok(revoked() > 0);
      await settled(() => names().includes('repositories'));
      assert.deepEqual(written('servers'), before);
      assert.equal(JSON.stringify(written('servers')), JSON.stringify(before), 'in its place');
      assert.equal(rule('delete_branch'), 'block');
      assert.equal(await clientSecrets.has(server, 'by-hand'), true);
      assert.equal(await extension.credentials.get(server.url), undefined);
      assert.equal(user.shown.at(-1), '“repositories” is back. Sign in again to use it.');
      await clientSecrets.remove(server, 'by-hand');
    });

    it('leaves no secret, rule or mark of the ended sign-in', async () => {
      assert.equal((await signInAs(extension, server, alice)).kind, 'signedIn');
      const credential = (await extension.credentials.get(server.url)) ?? assert.fail();
      const record = `credential ${recordName(server.url, await slotOfAccount(accountKeyOf(credential)))}`;
      assert.ok(await extension.context.secrets.get(record));
      await extension.toolRules.set(server, 'delete_branch', 'block');
      await dialogue('Sign Out and Remove', undefined).dialogues.remove('repositories');
      while ((await extension.context.secrets.get(record)) !== undefined)
        await next((told) => extension.context.secrets.onDidChange(told));
      assert.deepEqual(names(), ['reports']);
      assert.deepEqual(written('toolRules') ?? {}, {});
      assert.equal(await extension.credentials.get(server.url), undefined);
    });

    it('can keep its sign-ins, which are used again when it is restored', async () => {
      assert.equal((await signInAs(extension, server, alice)).kind, 'signedIn');
      const key = accountKeyOf((await extension.credentials.get(server.url)) ?? assert.fail());
      const before = revoked();
      const { user, dialogues } = dialogue('Keep the Sign-Ins', 'Undo');
      await dialogues.remove('repositories');
      await settled(() => names().includes('repositories'));
      assert.equal(revoked(), before);
      const credential = (await extension.credentials.get(server.url)) ?? assert.fail();
      assert.equal(accountKeyOf(credential), key);
      assert.deepEqual(user.shown.slice(1), ['“repositories” was removed.']);
    });

    it('asks one question, and does nothing if that is cancelled', async () => {
      const { user, dialogues } = dialogue(undefined);
      await dialogues.remove('repositories');
      assert.deepEqual(names(), ['repositories', 'reports']);
      assert.equal(user.shown.length, 1);
    });

    it('signs nothing out if another entry has the same address', async () => {
      const entries = scene.world.serverSettings();
      await configure(extension, { ...entries, same: entries.repositories });
      assert.equal((await signInAs(extension, server, alice)).kind, 'signedIn');
      const { user, dialogues } = dialogue('Remove', undefined);
      await dialogues.remove('repositories');
      assert.match(user.shown[0] ?? '', /“same” has the same address and keeps the sign-ins/);
      assert.ok(await extension.credentials.get(server.url));
    });

    it('reports that the sign-in has ended if the settings cannot be written', async () => {
      assert.equal((await signInAs(extension, server, alice)).kind, 'signedIn');
      const unwritable = {
        entries: extension.settings.entries,
        change: () => Promise.reject(new SettingUnwritable('Unsaved changes.')),
      } as unknown as typeof extension.settings;
      const changes = new ServerChanges({ ...parts(), settings: unwritable });
      await assert.rejects(changes.remove(server, true), {
        name: 'SettingUnwritable',
        message: 'You are signed out of “repositories”, which is still in your settings. Unsaved changes.',
      });
      assert.equal(await extension.credentials.get(server.url), undefined);
      assert.deepEqual(names(), ['repositories', 'reports']);
    });

    it('is not restored over an entry that now has its name', async () => {
      const changes = new ServerChanges(parts());
      const { undo } = await changes.remove(extension.settings.find('reports') ?? assert.fail(), false);
      const other = { url: 'https://other.example/mcp' };
      await configure(extension, { ...(written('servers') as object), reports: other });
      await assert.rejects(undo, {
        name: 'SettingUnwritable',
        message: /already have a server named “reports”/,
      });
      assert.deepEqual((written('servers') as Record<string, unknown>)['reports'], other);
    });
  });
});

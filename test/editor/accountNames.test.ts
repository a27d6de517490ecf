import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { accountKeyOf, accountLabel, type Credential } from '../../src/broker/accounts/credential.js';
import { registerAccountCommands } from '../../src/editor/commands/accountCommands.js';
import { AccountNaming } from '../../src/editor/signIn/accountNaming.js';
import { BrowserLauncher } from '../../src/editor/signIn/browserLauncher.js';
import type { Commands } from '../../src/editor/adapters/commands.js';
import { Notifications } from '../../src/editor/adapters/notifications.js';
import { PersonalSignIn } from '../../src/editor/signIn/personalSignIn.js';
import { ServerChoice, askWhoseSignIn } from '../../src/editor/signIn/serverChoice.js';
import { systemClock } from '../../src/node/machine.js';
import { MemoryLock } from '../broker/memoryStores.js';
import { alice } from '../demo/people.js';
import { signInAsUser } from '../demo/user.js';
import { callbackUriOf, next, visitAsUser } from './activeExtension.js';
import { DialogueAnswers } from './dialogueAnswers.js';
import { startEditorScene, type EditorScene } from './editorScene.js';

/** Without `openid`, the demo's authorization server does not identify the account. */
const unnamed = { scopes: ['repo:read'], isExact: true, deadline: 20_000 } as const;

describe('the names of accounts in the editor', () => {
  let scene: EditorScene;
  let answers: DialogueAnswers;
  let naming: AccountNaming;
  before(async () => {
    scene = await startEditorScene();
  });
  afterEach(async () => {
    naming.dispose();
    for (const { id } of await scene.extension.accounts.getSessions(undefined))
      await scene.extension.accounts.removeSession(id);
  });
  after(() => scene.close());

  const answering = (...given: (string | undefined)[]) => {
    answers = new DialogueAnswers(...given);
    const { signIns, credentials } = scene.extension;
    const parts = { signIns, credentials, lock: new MemoryLock(), clock: systemClock };
    naming = new AccountNaming(parts, new Notifications(answers.window));
    return naming;
  };
  const signIn = async (isForCall = false): Promise<Credential> => {
    const { signIns, callbackUri } = scene.extension;
    const attempt = signIns.begin(scene.server, { ...unnamed, anotherAccount: true });
    if (!isForCall) naming.expect(attempt);
    callbackUri.handleUri(await visitAsUser(attempt, alice));
    const outcome = await attempt.outcome;
    assert.ok(outcome.kind === 'signedIn');
    return outcome.credential;
  };
  const names = async () =>
    (await scene.extension.credentials.all(scene.server.url)).map(accountLabel).toSorted();
  const untilNamed = async (name: string) => {
    for (;;) {
      const change = next((told) => scene.extension.credentials.onDidChange(told));
      if ((await names()).includes(name)) return;
      await change;
    }
  };
  const sessions = async () =>
    (await vscode.authentication.getAccounts('mcpOAuthBroker')).map(({ label }) => label).toSorted();

  it('are requested once after a sign-in that the user began, and Enter accepts the default', async () => {
    answering('');
    const credential = await signIn();
    assert.equal((await naming.ask(scene.server, credential)).name, 'Account 1');
    assert.deepEqual(await names(), ['Account 1']);
  });

  it('are the default if the user closes the box, and the entered text otherwise', async () => {
    answering(undefined, 'Work');
    const credential = await signIn();
    assert.equal((await naming.ask(scene.server, credential)).name, 'Account 1');
    assert.equal((await naming.ask(scene.server, credential)).name, 'Work');
    assert.deepEqual(await names(), ['Work']);
    assert.deepEqual(await sessions(), ['Work – repositories']);
  });

  it('are shown in the tree and the status', async () => {
    answering('Work');
    await naming.ask(scene.server, await signIn());
    const { states, tree } = scene.extension;
    assert.equal((await states.statusOf(scene.server)).account, 'Work');
    const [row] = await tree.getChildren();
    assert.equal(row && tree.getTreeItem(row).description, 'Work');
    const facts = (await tree.getChildren(row)).map((one) => tree.getTreeItem(one));
    const account = facts.find(({ contextValue }) => contextValue === 'fact account');
    assert.equal(account?.description, 'Work');
  });

  it('are requested without delaying a call that waits for the sign-in', async () => {
    answering('Rename…', 'Work');
    const credential = await signIn(true);
    // The sign-in has ended, and its call continues with a named account.
    assert.equal(credential.name, 'Account 1');
    await untilNamed('Work');
    assert.deepEqual(answers.shown, [
      'repositories doesn’t provide an account name. The account is named “Account 1” here.',
    ]);
  });

  it('are requested in a box by “Sign In…”, and the report contains them', async () => {
    answering('Work');
    const { signIns, states, callbackUri } = scene.extension;
    const openExternal = async (address: vscode.Uri) => {
      const { headers } = await fetch(address.toString(true), { redirect: 'manual' });
      const redirect = await signInAsUser(new URL(headers.get('location') ?? ''), { ...alice, consent: 'allow' }); // prettier-ignore
      callbackUri.handleUri(callbackUriOf(redirect.search.slice(1)));
      return true;
    };
    const browser = new BrowserLauncher({
      clock: systemClock,
      outside: { of: (address) => Promise.resolve({ address }) },
      paste: () => assert.fail('nothing is pasted'),
      begin: () => assert.fail('another sign-in began'),
      openExternal,
      ask: () => Promise.resolve(undefined),
    });
    const personal = new PersonalSignIn(signIns, states, browser, naming);
    const outcome = await personal.goThrough(signIns.begin(scene.server, unnamed));
    assert.equal(outcome.kind, 'signedIn');
    await untilNamed('Work');
    assert.deepEqual(answers.shown, [], 'no notification beside the box');
  });

  it('are rejected if another account of the server has them', async () => {
    answering('account 1');
    await signIn();
    const second = await signIn();
    assert.equal((await naming.ask(scene.server, second)).name, 'Account 2');
    assert.ok(
      answers.shown.includes('Another account of this server already has this name. Enter a different name.'),
    );
    assert.deepEqual(await names(), ['Account 1', 'Account 2']);
  });

  it('are changed by “Rename Account…”, at an account’s row and from the palette', async () => {
    answering('Work', 'Account 2', 'Home');
    await signIn();
    const second = await signIn();
    const { settings, statuses, credentials, signOuts } = scene.extension;
    const registered = new Map<string, (row: unknown) => Promise<unknown>>();
    const commands = {
      register: (id: string, run: (row: unknown) => Promise<unknown>) => void registered.set(id, run),
    } as unknown as Commands;
    const choice = new ServerChoice(settings, statuses, answers.window);
    const personalSignIn = { signInAsAnother: () => assert.fail() };
    registerAccountCommands(
      commands,
      { choice, credentials, personalSignIn, signOuts, naming },
      answers.window,
    );
    const all = await credentials.all(scene.server.url);
    const first = all.find(({ name }) => name === 'Account 1') ?? assert.fail();
    const rename = registered.get('renameAccount') ?? assert.fail();
    await rename({ server: scene.server, account: { key: accountKeyOf(first) } });
    assert.deepEqual(await names(), ['Account 2', 'Work']);
    await rename({ server: scene.server });
    assert.deepEqual(await names(), ['Home', 'Work']);
    assert.equal(accountKeyOf(second), accountKeyOf((await credentials.get(scene.server.url)) ?? second));
  });

  it('let the user choose whether a sign-in renews one of them', async () => {
    answering();
    const first = await signIn();
    const second = await signIn();
    const pick = (...given: (string | undefined)[]) =>
      askWhoseSignIn(scene.server, [first, second], new DialogueAnswers(...given).window);
    assert.deepEqual(await pick('Replace Account 2'), { renews: accountKeyOf(second) });
    assert.equal(await pick('Add as another account'), 'another');
    assert.equal(await pick(undefined), 'neither');
  });
});

describe('signing out of the current account', () => {
  let scene: EditorScene;
  before(async () => {
    scene = await startEditorScene();
  });
  after(() => scene.close());

  for (const [choice, acting] of [
    [undefined, 'Account 2'],
    ['Account 1', 'Account 1'],
    ['No account', undefined],
  ] as const) {
    it(`asks which account to use next: ${choice ?? 'nothing happens if it is closed'}`, async () => {
      const { signIns, callbackUri, credentials, settings, statuses, signOuts, accounts } = scene.extension;
      for (let count = 0; count < 2; count++) {
        const attempt = signIns.begin(scene.server, { ...unnamed, anotherAccount: true });
        callbackUri.handleUri(await visitAsUser(attempt, alice));
        await attempt.outcome;
      }
      const answers = new DialogueAnswers('Account 2', choice);
      let run: ((row: unknown) => Promise<unknown>) | undefined;
      const commands = {
        register: (id: string, command: (row: unknown) => Promise<unknown>) => {
          if (id === 'signOut') run = command;
        },
      } as unknown as Commands;
      registerAccountCommands(
        commands,
        {
          choice: new ServerChoice(settings, statuses, answers.window),
          ...{ credentials, signOuts },
          personalSignIn: { signInAsAnother: () => assert.fail() },
          naming: { rename: () => Promise.resolve() },
        },
        answers.window,
      );
      await run?.({ server: scene.server });
      const now = await credentials.get(scene.server.url);
      assert.equal(now && accountLabel(now), acting);
      const left = (await credentials.all(scene.server.url)).length;
      assert.equal(left, choice === undefined ? 2 : 1);
      for (const { id } of await accounts.getSessions(undefined)) await accounts.removeSession(id);
    });
  }
});

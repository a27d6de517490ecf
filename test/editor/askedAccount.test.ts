import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  authenticationProviderId,
  BrokerAuthenticationProvider,
} from '../../src/editor/authenticationProvider.js';
import { BrowserLauncher } from '../../src/editor/signIn/browserLauncher.js';
import { PersonalSignIn } from '../../src/editor/signIn/personalSignIn.js';
import { ServerChoice } from '../../src/editor/signIn/serverChoice.js';
import { systemClock } from '../../src/node/machine.js';
import { alice, bob, type DemoUser } from '../demo/people.js';
import { signInAsUser } from '../demo/user.js';
import { callbackUriOf, extensionId, visitAsUser } from './activeExtension.js';
import { startEditorScene, type EditorScene } from './editorScene.js';

type SessionAccount = vscode.AuthenticationSessionAccountInformation;

describe('an extension that requests an account', () => {
  let scene: EditorScene;
  before(async () => {
    scene = await startEditorScene();
  });
  beforeEach(async () => {
    for (const user of [bob, alice]) await signInAsAnother(user);
  });
  afterEach(async () => {
    for (const { id } of await scene.extension.accounts.getSessions(undefined))
      await scene.extension.accounts.removeSession(id);
  });
  after(() => scene.close());

  const signInAsAnother = async (user: DemoUser) => {
    const { signIns, callbackUri } = scene.extension;
    const attempt = signIns.begin(scene.server, { deadline: 20_000, anotherAccount: true });
    callbackUri.handleUri(await visitAsUser(attempt, user));
    assert.equal((await attempt.outcome).kind, 'signedIn');
  };
  const labelOf = ({ email }: DemoUser, server = 'repositories') => `${email} – ${server}`;
  const accountOf = async (user: DemoUser): Promise<SessionAccount> => {
    const sessions = await scene.extension.accounts.getSessions(undefined);
    const session = sessions.find(({ account }) => account.label === labelOf(user));
    return session?.account ?? assert.fail(user.email);
  };
  const signOut = async (user: DemoUser) => {
    const [session] = await scene.extension.accounts.getSessions([], { account: await accountOf(user) });
    await scene.extension.accounts.removeSession(session?.id ?? '');
  };
  const inUse = async () => (await scene.extension.states.statusOf(scene.server)).account;
  const sessionsFor = async (account: SessionAccount, scopes: string[] = ['repositories']) =>
    (await scene.extension.accounts.getSessions(scopes, { account })).map((session) => session.account.label);

  /** Returns the provider with a browser in which this user signs in. */
  const providerFor = (user: DemoUser, opened: URL[] = []) => {
    const { settings, credentials, relay, states, statuses, signIns, signOuts, callbackUri } =
      scene.extension;
    const openExternal = async (address: vscode.Uri) => {
      const { headers } = await fetch(address.toString(true), { redirect: 'manual' });
      const authorization = new URL(headers.get('location') ?? assert.fail('no redirect'));
      opened.push(authorization);
      const redirect = await signInAsUser(authorization, { ...user, consent: 'allow' });
      callbackUri.handleUri(callbackUriOf(redirect.search.slice(1)));
      return true;
    };
    const personalSignIn = new PersonalSignIn(
      signIns,
      states,
      new BrowserLauncher({
        clock: systemClock,
        outside: { of: (address) => Promise.resolve({ address }) },
        paste: () => assert.fail('nothing is pasted'),
        begin: () => assert.fail('another sign-in began'),
        openExternal,
        ask: () => Promise.resolve(undefined),
      }),
    );
    const choice = new ServerChoice(settings, statuses);
    return new BrokerAuthenticationProvider({
      settings,
      credentials,
      keys: relay,
      choice,
      personalSignIn,
      signOuts,
    });
  };

  it('gets that account’s session from VS Code, even if another account is current', async () => {
    assert.equal(await inUse(), alice.email);
    const session = async (account: SessionAccount, options: vscode.AuthenticationGetSessionOptions = {}) =>
      vscode.authentication.getSession(authenticationProviderId, ['repositories'], { ...options, account });
    for (const user of [alice, bob]) {
      const account = await accountOf(user);
      // Adds “Grant access” to the Accounts menu, which lists the sessions that the provider returned.
      assert.equal(await session(account), undefined);
      await vscode.commands.executeCommand(`${authenticationProviderId}${extensionId}Access`);
      while ((await session(account, { silent: true })) === undefined) {
        await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    for (const user of [alice, bob]) {
      const account = await accountOf(user);
      const given = await session(account, { silent: true });
      const [ours] = await scene.extension.accounts.getSessions(['repositories'], { account });
      assert.deepEqual([given?.account.id, given?.account.label], [account.id, account.label]);
      assert.equal(given?.accessToken, ours?.accessToken);
    }
  });

  it('gets no session of another account', async () => {
    const account = await accountOf(bob);
    assert.deepEqual(await sessionsFor(account), [labelOf(bob)]);
    assert.deepEqual(await sessionsFor(account, []), [labelOf(bob)]);
    assert.deepEqual(await sessionsFor(account, ['reports']), []);
    await signOut(bob);
    assert.deepEqual(await sessionsFor(account), []);
  });

  it("identifies the account by its ID, and by the server's label only without an ID", async () => {
    const { label } = await accountOf(bob);
    assert.deepEqual(await sessionsFor({ id: '', label }), [label]);
    assert.deepEqual(await sessionsFor({ id: 'remembered', label }), []);
    const { id } = await accountOf(alice);
    assert.deepEqual(await sessionsFor({ id, label }), [labelOf(alice)]);
  });

  it('gets a sign-in of an account that is not signed in, and the workspace keeps its account', async () => {
    const account = await accountOf(bob);
    await signOut(bob);
    const opened: URL[] = [];
    const provider = providerFor(bob, opened);
    const session = await provider.createSession(['repositories'], { account });
    provider.dispose();
    assert.deepEqual(session.account, account);
    assert.equal(await inUse(), alice.email);
    // The browser may be signed in as alice.
    assert.equal(opened[0]?.searchParams.get('prompt')?.split(' ')[0], 'login');
  });

  it('gets a sign-in at the account’s server if it names none', async () => {
    const account = await accountOf(bob);
    const provider = providerFor(bob);
    assert.deepEqual((await provider.createSession([], { account })).account, account);
    provider.dispose();
  });

  it('gets nothing of a sign-in that ended with another account', async () => {
    const account = await accountOf(bob);
    await signOut(bob);
    const provider = providerFor(alice);
    await assert.rejects(
      provider.createSession(['repositories'], { account }),
      new Error(
        `An extension asked you to sign in to repositories as ${bob.email}, but you signed in as ${alice.email}. The extension didn’t get access.`,
      ),
    );
    provider.dispose();
    assert.equal(await inUse(), alice.email);
  });

  it('joins a sign-in in progress only if it is for the same account', async () => {
    const account = await accountOf(bob);
    await signOut(bob);
    const { signIns } = scene.extension;
    const ofAlice = signIns.begin(scene.server, { deadline: 20_000 });
    const provider = providerFor(bob);
    const session = await provider.createSession(['repositories'], { account });
    provider.dispose();
    assert.deepEqual([(await ofAlice.outcome).kind, session.account.label], ['cancelled', labelOf(bob)]);
  });

  it('may request an account of another server, as VS Code’s list offers it, and that account signs in', async () => {
    const account = await accountOf(bob);
    const provider = providerFor(bob);
    const session = await provider.createSession(['reports'], { account });
    assert.equal(session.account.label, labelOf(bob, 'reports'));
    provider.dispose();
  });
});

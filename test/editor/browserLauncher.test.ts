import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import type { SignInAttempt } from '../../src/broker/signIn/signInAttempt.js';
import { BrowserLauncher, type BrowserParts } from '../../src/editor/signIn/browserLauncher.js';
import type { OtherWay } from '../../src/editor/signIn/otherWays.js';
import { OutsideAddresses } from '../../src/editor/adapters/outsideAddress.js';
import { ManualClock } from '../broker/manualClock.js';
import { alice } from '../demo/people.js';
import { signInAsUser } from '../demo/user.js';
import type { World } from '../demo/world.js';
import { callbackUriOf, next, type ActiveExtension } from './activeExtension.js';
import { startEditorScene, type EditorScene } from './editorScene.js';

/** What the user was offered. */
interface Offer {
  readonly message: string;
  readonly ways: readonly OtherWay[];
}

describe('the browser', () => {
  let scene: EditorScene;
  let extension: ActiveExtension;
  let world: World;
  let server: ServerConfig;
  let clock: ManualClock;
  let opened: string[];
  let pasted: SignInAttempt[];
  let offers: Offer[];

  before(async () => {
    scene = await startEditorScene();
    ({ extension, world, server } = scene);
  });
  beforeEach(() => {
    clock = new ManualClock();
    [opened, pasted, offers] = [[], [], []];
  });
  afterEach(() => scene.signOut());
  after(() => scene.close());

  const outsideOf = (address: string) =>
    new OutsideAddresses(clock, {
      place: { isDesktop: false, isUsersMachine: false },
      remoteName: undefined,
      asExternalUri: (uri) => vscode.env.asExternalUri(uri),
    }).of(address);

  /** A launcher for a user who ignores every offer, unless a test overrides it. */
  const launcherWith = (parts: Partial<BrowserParts> = {}) =>
    new BrowserLauncher({
      clock,
      outside: { of: outsideOf },
      paste: (attempt) => Promise.resolve(void pasted.push(attempt)),
      begin: () => assert.fail('another sign-in began'),
      openExternal: (address) => {
        opened.push(address.toString(true));
        return Promise.resolve(true);
      },
      ask: (message, ways) => {
        offers.push({ message, ways });
        return Promise.resolve(undefined);
      },
      ...parts,
    });
  /** Makes the user choose `way` when other ways are offered. The promise resolves with the offer. */
  const choosing = (way: OtherWay | undefined) => {
    const offered = Promise.withResolvers<Offer>();
    const ask: BrowserParts['ask'] = (message, ways) => {
      offered.resolve({ message, ways });
      return Promise.resolve(way);
    };
    return { ask, offered: offered.promise };
  };
  const keeping = ({ resolve }: PromiseWithResolvers<string>) => ({
    writeText: (text: string) => {
      resolve(text);
      return Promise.resolve();
    },
  });
  const begin = () => extension.signIns.begin(server, { deadline: 20_000 });
  const enters = (attempt: SignInAttempt, wanted: SignInAttempt['phase']) =>
    next<undefined>((told) =>
      attempt.onDidChangePhase((phase) => {
        if (phase === wanted) told(undefined);
      }),
    );
  const visit = (address: string) => fetch(address, { redirect: 'manual' });

  it('opens the launch page at once, and the sign-in ends with the callback', async () => {
    const openExternal = async (address: vscode.Uri) => {
      opened.push(address.toString(true));
      assert.deepEqual(world.authorizationServer.requests, [], 'nothing is asked before the browser comes');
      const redirect = await signInAsUser(address.toString(true), { ...alice, consent: 'allow' });
      extension.callbackUri.handleUri(callbackUriOf(redirect.search.slice(1)));
      return true;
    };
    const outcome = await launcherWith({ openExternal }).signIn(begin());
    assert.equal(outcome.kind, 'signedIn');
    assert.equal(opened.length, 1);
    assert.match(
      opened[0] ?? '',
      /^http:\/\/127\.0\.0\.1:\d+\/[\w/-]+$/,
      'no query that an editor could corrupt',
    );
  });

  it('opens the external address from a web window, since some editors map a port and drop the path', async () => {
    const outside = { of: () => Promise.resolve({ address: 'https://editor.example/proxy/1/sign-in/abc' }) };
    const sent = Promise.withResolvers<string>();
    const openExternal = (address: vscode.Uri) => {
      sent.resolve(address.toString(true));
      return Promise.resolve(true);
    };
    const attempt = extension.signIns.begin(server, { deadline: 20_000 });
    const outcome = launcherWith({ outside, openExternal }).signIn(attempt);
    const isWeb = vscode.env.uiKind === vscode.UIKind.Web;
    assert.match(
      await sent.promise,
      isWeb ? /^https:\/\/editor\.example\/proxy\/1\/sign-in\/abc$/ : /^http:\/\/127\.0\.0\.1:/,
    );
    attempt.cancel();
    await outcome;
  });

  it('leaves the sign-in pending if the editor cannot open it', async () => {
    const attempt = begin();
    const openExternal = () => Promise.reject(new Error('no browser'));
    const outcome = launcherWith({ openExternal }).signIn(attempt);
    assert.equal(attempt.phase, 'waitingForBrowser');
    attempt.cancel();
    assert.equal((await outcome).kind, 'cancelled');
  });

  describe('that has not opened the page in three seconds', () => {
    /** Advances the time once the browser has been opened. */
    const unopened = (address: vscode.Uri) => {
      if (opened.push(address.toString(true)) === 1) queueMicrotask(() => clock.advance(3_000));
      return Promise.resolve(true);
    };

    it('can be opened again', async () => {
      const twice = Promise.withResolvers<undefined>();
      const openExternal = (address: vscode.Uri) => {
        void unopened(address);
        if (opened.length === 2) twice.resolve(undefined);
        return Promise.resolve(true);
      };
      const { ask, offered } = choosing('open');
      const attempt = begin();
      const outcome = launcherWith({ openExternal, ask }).signIn(attempt);
      await twice.promise;
      const { message, ways } = await offered;
      assert.match(message, /^The sign-in page of repositories hasn’t opened in your browser\. /);
      assert.deepEqual(ways, ['open', 'copyLink']);
      assert.equal(opened[0], opened[1]);
      attempt.cancel();
      await outcome;
    });

    it('can use a link that works on its machine', async () => {
      const copied = Promise.withResolvers<string>();
      const clipboard = keeping(copied);
      const attempt = begin();
      const { ask } = choosing('copyLink');
      const outcome = launcherWith({ openExternal: unopened, ask, clipboard }).signIn(attempt);
      const link = await copied.promise;
      const { origin } = await vscode.env
        .asExternalUri(vscode.Uri.parse('http://127.0.0.1:1/', true))
        .then((uri) => new URL(uri.toString(true)));
      // A web editor serves the page below its own address. A desktop editor leaves it on loopback.
      if (vscode.env.uiKind === vscode.UIKind.Web) assert.equal(new URL(link).origin, origin);
      const response = await visit(link);
      assert.equal(new URL(response.headers.get('location') ?? '').origin, world.authorizationServer.issuer);
      attempt.cancel();
      await outcome;
    });

    it('comes with the reason it cannot open, and with a device code, which needs no page, if one is available', async () => {
      const attempt = begin();
      attempt.offersCode = () => Promise.resolve(true);
      const { ask, offered } = choosing(undefined);
      const of = (address: string) => Promise.resolve({ address, obstacle: 'The port is not forwarded.' });
      const outcome = launcherWith({ openExternal: unopened, ask, outside: { of } }).signIn(attempt);
      const { message, ways } = await offered;
      assert.match(message, /repositories hasn’t opened in your browser\. The port is not forwarded\.$/);
      assert.deepEqual(ways, ['open', 'copyLink', 'code']);
      attempt.cancel();
      await outcome;
    });

    it('has the same offers after the button of a card', async () => {
      const attempt = begin();
      const page = await attempt.launchPage();
      const { ask, offered } = choosing(undefined);
      launcherWith({ ask }).opened(attempt, page);
      clock.advance(3_000);
      assert.deepEqual((await offered).ways, ['open', 'copyLink']);
      attempt.cancel();
    });

    it('starts another sign-in in the chosen way if the first has ended', async () => {
      const chosen = Promise.withResolvers<OtherWay>();
      const offered = Promise.withResolvers<undefined>();
      const begun = Promise.withResolvers<readonly [string, OtherWay]>();
      const launcher = launcherWith({
        openExternal: unopened,
        ask: () => {
          offered.resolve(undefined);
          return chosen.promise;
        },
        begin: ({ name }, way) => {
          begun.resolve([name, way]);
          return Promise.resolve();
        },
      });
      const attempt = begin();
      const outcome = launcher.signIn(attempt);
      await offered.promise;
      attempt.cancel();
      await outcome;
      chosen.resolve('open');
      assert.deepEqual(await begun.promise, ['repositories', 'open']);
    });
  });

  it('is not opened again after it opened the page', async () => {
    const openExternal = async (address: vscode.Uri) => {
      await visit(address.toString(true));
      clock.advance(3_000);
      return true;
    };
    const attempt = begin();
    const sent = enters(attempt, 'waitingForConsent');
    const outcome = launcherWith({ openExternal }).signIn(attempt);
    await sent;
    attempt.cancel();
    await outcome;
    assert.deepEqual(offers, []);
  });

  describe('that has not returned for a minute', () => {
    const sentOn = async (launcher: BrowserLauncher, attempt: SignInAttempt) => {
      const sent = enters(attempt, 'waitingForConsent');
      const outcome = launcher.signIn(attempt);
      await sent;
      return { outcome };
    };
    const openExternal = async (address: vscode.Uri) => {
      opened.push(address.toString(true));
      await visit(address.toString(true));
      return true;
    };

    it('comes with an offer of every other way by name, once', async () => {
      const attempt = begin();
      attempt.offersCode = () => Promise.resolve(true);
      const { ask, offered } = choosing(undefined);
      const counted: BrowserParts['ask'] = (message, ways) => {
        offers.push({ message, ways });
        return ask(message, ways);
      };
      const { outcome } = await sentOn(launcherWith({ openExternal, ask: counted }), attempt);
      clock.advance(59_999);
      assert.deepEqual(offers, []);
      clock.advance(1);
      const { message, ways } = await offered;
      assert.match(message, /^Your browser hasn’t returned from signing in to repositories\. /);
      assert.deepEqual(ways, ['paste', 'code', 'openAgain', 'copyLink']);
      clock.advance(600_000);
      attempt.cancel();
      await outcome;
      assert.equal(offers.length, 1);
    });

    it('comes without a device code if the server issues none', async () => {
      const attempt = begin();
      const { ask, offered } = choosing(undefined);
      const { outcome } = await sentOn(launcherWith({ openExternal, ask }), attempt);
      clock.advance(60_000);
      assert.deepEqual((await offered).ways, ['paste', 'openAgain', 'copyLink']);
      attempt.cancel();
      await outcome;
    });

    it('lets the user paste the callback address', async () => {
      const attempt = begin();
      const { ask } = choosing('paste');
      const asked = Promise.withResolvers<SignInAttempt>();
      const paste: BrowserParts['paste'] = (of) => {
        asked.resolve(of);
        return Promise.resolve();
      };
      const { outcome } = await sentOn(launcherWith({ openExternal, ask, paste }), attempt);
      clock.advance(60_000);
      assert.equal(await asked.promise, attempt);
      attempt.cancel();
      await outcome;
    });

    it('opens a new page, since the first has been used', async () => {
      const attempt = begin();
      const { ask } = choosing('openAgain');
      const { outcome } = await sentOn(launcherWith({ openExternal, ask }), attempt);
      const again = enters(attempt, 'waitingForConsent');
      clock.advance(60_000);
      await again;
      assert.equal(opened.length, 2);
      assert.notEqual(opened[0], opened[1]);
      attempt.cancel();
      await outcome;
    });

    it('is also monitored after the button of a card', async () => {
      const attempt = begin();
      const page = await attempt.launchPage();
      const { ask, offered } = choosing(undefined);
      launcherWith({ ask }).opened(attempt, page);
      const sent = enters(attempt, 'waitingForConsent');
      await visit(page.address);
      await sent;
      clock.advance(60_000);
      assert.deepEqual((await offered).ways, ['paste', 'openAgain', 'copyLink']);
      attempt.cancel();
    });
  });

  it('that returns to another machine is not awaited, and the user is asked to paste', async () => {
    const attempt = begin();
    // This is the case for a client registered by hand if the browser reached the editor on another machine.
    Object.defineProperty(attempt, 'redirect', { value: { isOutOfReach: true } });
    const page = await attempt.launchPage();
    const { ask, offered } = choosing(undefined);
    launcherWith({ ask }).opened(attempt, page);
    const sent = enters(attempt, 'waitingForConsent');
    await visit(page.address);
    await sent;
    clock.advance(0);
    const { message, ways } = await offered;
    assert.match(message, /^Your browser can’t return from signing in to repositories, /);
    assert.equal(ways[0], 'paste');
    attempt.cancel();
  });

  it('is opened before a user who wants to paste is asked for the address', async () => {
    const openExternal = async (address: vscode.Uri) => {
      assert.deepEqual(pasted, []);
      await visit(address.toString(true));
      return true;
    };
    const attempt = begin();
    const asked = Promise.withResolvers<undefined>();
    const paste: BrowserParts['paste'] = () => {
      asked.resolve(undefined);
      return Promise.resolve();
    };
    const outcome = launcherWith({ openExternal, paste }).signIn(attempt, 'paste');
    await asked.promise;
    assert.equal(attempt.phase, 'waitingForConsent');
    attempt.cancel();
    await outcome;
  });

  it('is not opened if the user wants the link', async () => {
    const copied = Promise.withResolvers<string>();
    const clipboard = keeping(copied);
    const attempt = begin();
    const outcome = launcherWith({ clipboard }).signIn(attempt, 'copyLink');
    assert.equal((await visit(await copied.promise)).status, 302);
    attempt.cancel();
    await outcome;
    assert.deepEqual(opened, []);
  });
});

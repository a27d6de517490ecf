import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { ClientSecrets } from '../../src/broker/clients/clientSecrets.js';
import { EditorAccountTokens } from '../../src/broker/tokens/editorAccountTokens.js';
import { MetadataCache } from '../../src/broker/discovery/metadataCache.js';
import type { Account, Credential } from '../../src/broker/accounts/credential.js';
import type { EditorAccounts, EditorSession } from '../../src/broker/ports.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { createCore } from '../../src/core/core.js';
import { createHeadlessBroker } from '../../src/headless/headlessBroker.js';
import { Redacted } from '../../src/base/redacted.js';
import { closeServers } from '../oauth/scriptedServer.js';
import { startProtectedServer } from './grantsWorld.js';
import { ManualClock } from './manualClock.js';
import { MemoryLock, MemoryLog, MemoryMemory, MemorySecrets } from './memoryStores.js';
import { redirectReaches } from './redirectReaches.js';

const github = 'https://github.com/login/oauth';
const alice = { id: '1', label: 'alice' };
const token = (name: string) => `gho-hunter2-${name}`;

/** An editor whose user is signed in and approves every request. */
class ScriptedEditor implements EditorAccounts {
  /** Requests in order: `silent` or `asked`, the provider, the scopes. */
  readonly asked: string[] = [];
  readonly accounts: string[] = [];
  anew = 0;
  session: Omit<EditorSession, 'scopes'> | undefined = {
    accessToken: new Redacted(token('1')),
    account: alice,
  };

  existingSession(id: string, scopes: readonly string[], account: Account) {
    this.asked.push(`silent ${id} ${scopes.join(' ')}`);
    this.accounts.push(account.id);
    return Promise.resolve(this.session && { ...this.session, scopes });
  }

  askedSession(id: string, scopes: readonly string[], { anew }: { readonly anew: boolean }) {
    this.asked.push(`asked ${id} ${scopes.join(' ')}`);
    if (anew) this.anew++;
    return Promise.resolve(this.session && { ...this.session, scopes });
  }

  signIn(name: string, account = alice): void {
    this.session = { accessToken: new Redacted(token(name)), account };
  }
}

/** The scopes that a server lets through, by token. */
type Grants = Map<string, readonly string[]>;

describe('an account of the editor', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await closeServers();
  });

  /** Starts a server that names these issuers, and a window of an editor. */
  async function world(issuers: string[] = [github], provider = 'github') {
    const grants: Grants = new Map([[token('1'), ['tools:read']]]);
    const upstream = await startProtectedServer(issuers, (sent) => Promise.resolve(grants.get(sent)));
    const server: ServerConfig = {
      name: 'tools',
      url: upstream.url,
      headers: {},
      oauth: { authenticationProvider: provider },
    };
    const secrets = new MemorySecrets();
    const lock = new MemoryLock();
    const open = () => windowOf(server, secrets, lock);
    closing.push(() => upstream.close());
    return { grants, upstream, server, secrets, open, ...open() };
  }

  function windowOf(server: ServerConfig, secrets: MemorySecrets, lock: MemoryLock) {
    const editor = new ScriptedEditor();
    const clock = new ManualClock();
    const log = new MemoryLog();
    const core = createCore({
      network: { fetch },
      platform: { secrets, lock, clock, log, memory: new MemoryMemory() },
      settings: { servers: () => [server] },
      user: {
        answers: { clientSecrets: new ClientSecrets(secrets), metadata: new MetadataCache(clock) },
        editorAccounts: new EditorAccountTokens(editor, clock),
        consentPrompt: () => ({ ask: () => Promise.resolve(false) }),
        confirmAccountChange: () => Promise.resolve('new'),
        redirects: () => ({
          reach: () => Promise.resolve(redirectReaches.headless),
          uriHandler: () => Promise.resolve(undefined),
          loopback: () => assert.fail('no redirect is needed'),
        }),
      },
    });
    closing.push(() => {
      core.dispose();
    });
    const call = async (what = 'read') => {
      const outcome = await core.authorizedFetch.send(server, {
        method: 'POST',
        headers: new Headers(),
        body: new TextEncoder().encode(what),
        signal: AbortSignal.timeout(20_000),
      });
      return outcome.kind === 'response' ? outcome.response.status : outcome;
    };
    const signIn = async (scopes?: readonly string[]) => {
      const attempt = core.signIns.begin(server, { deadline: 20_000, ...(scopes && { scopes }) });
      await attempt.useEditorAccount();
      return attempt.outcome;
    };
    const status = async () => (await core.states.statusOf(server)).status;
    return { core, editor, clock, log, call, signIn, status };
  }

  const kindOf = (outcome: unknown) => (typeof outcome === 'number' ? outcome : (outcome as Kind).kind);
  interface Kind {
    readonly kind: string;
  }

  it('is not requested by any call before the user has approved it', async () => {
    const { call, editor, status } = await world();
    assert.equal(kindOf(await call()), 'consentNeeded');
    assert.deepEqual(editor.asked, []);
    assert.equal(await status(), 'signedOut');
  });

  it('lets calls through once the user has approved it, and is shown', async () => {
    const { call, signIn, editor, core, server, upstream } = await world();
    const outcome = await signIn();
    assert.ok(outcome.kind === 'signedIn', inspect(outcome));
    assert.deepEqual(editor.asked, ['asked github tools:read']);
    assert.equal(await call(), 200);
    assert.deepEqual(upstream.tokens, [token('1')]);
    const { account, status } = await core.states.statusOf(server);
    assert.deepEqual([account, status], ['alice', 'ready']);
  });

  it('has its token in no record and no log', async () => {
    const { call, signIn, secrets, log, clock } = await world();
    await signIn();
    clock.advance(299_000);
    assert.equal(await call(), 200);
    assert.ok([...secrets.entries.keys()].some((key) => key.startsWith('credential ')));
    assert.doesNotMatch(inspect([...secrets.entries.values(), log.lines]), /hunter2/);
  });

  for (const [what, issuers] of [
    ['another issuer', ['https://as.example']],
    ['an issuer that only begins like it', ['https://github.com/login/oauth/evil']],
    ['another provider’s issuer', ['https://login.microsoftonline.com/common/v2.0']],
  ] as const) {
    it(`is refused to a server whose metadata names ${what}, and the editor is not asked`, async () => {
      const { signIn, editor, status } = await world([...issuers]);
      const outcome = await signIn();
      assert.ok(outcome.kind === 'failed');
      assert.equal(outcome.error.code, 'authenticationProviderRefused');
      assert.match(outcome.error.message, /“tools” does not get a token of your GitHub account/);
      assert.match(outcome.error.details.fix, /Remove oauth\.authenticationProvider/);
      assert.deepEqual(editor.asked, []);
      assert.equal(await status(), 'misconfigured');
    });
  }

  it('is refused to a server that now names another issuer', async () => {
    const issuers = [github];
    const { signIn, editor, call, clock, upstream, status } = await world(issuers);
    await signIn();
    issuers.splice(0, 1, 'https://as.example');
    clock.advance(301_000);
    assert.equal(kindOf(await call()), 'failed');
    assert.deepEqual(editor.asked, ['asked github tools:read']);
    assert.deepEqual(upstream.tokens, []);
    assert.equal(await status(), 'misconfigured');
  });

  it('is requested silently in the next window, with the chosen account and scopes', async () => {
    const { signIn, open } = await world();
    await signIn();
    const next = open();
    assert.equal(await next.status(), 'ready');
    assert.deepEqual(await Promise.all([next.call(), next.call()]), [200, 200]);
    assert.deepEqual([next.editor.asked, next.editor.accounts], [['silent github tools:read'], ['1']]);
  });

  it('is not replaced by the account of another user', async () => {
    const { signIn, open, upstream } = await world();
    await signIn();
    const next = open();
    next.editor.signIn('1', { id: '2', label: 'bob' });
    assert.equal(kindOf(await next.call()), 'consentNeeded');
    assert.deepEqual(upstream.tokens, []);
  });

  it('is removed within five minutes after a sign-out in the editor', async () => {
    const { signIn, editor, call, clock } = await world();
    await signIn();
    editor.session = undefined;
    assert.equal(await call(), 200);
    clock.advance(300_000);
    assert.equal(kindOf(await call()), 'consentNeeded');
  });

  it('has its token requested again once after a 401', async () => {
    const { signIn, editor, call, grants, upstream } = await world();
    await signIn();
    grants.clear();
    grants.set(token('2'), ['tools:read']);
    editor.signIn('2');
    assert.equal(await call(), 200);
    assert.deepEqual(editor.asked.slice(1), ['silent github tools:read']);
    assert.deepEqual(upstream.tokens, [token('1'), token('2')]);
  });

  it('is dropped if the server permanently refuses its token, and a new one needs the user’s approval', async () => {
    const { signIn, editor, call, grants, upstream, status } = await world();
    await signIn();
    grants.clear();
    assert.equal(kindOf(await call()), 'consentNeeded');
    assert.equal(await status(), 'expired');
    assert.equal(kindOf(await call()), 'consentNeeded');
    assert.deepEqual(upstream.tokens, [token('1')]);
    assert.equal(editor.anew, 0);
    grants.set(token('2'), ['tools:read']);
    editor.signIn('2');
    assert.equal((await signIn()).kind, 'signedIn');
    assert.equal(editor.anew, 1);
    assert.equal(await call(), 200);
  });

  it('gets more scopes only with the user’s consent', async () => {
    const { signIn, editor, call, grants } = await world();
    await signIn();
    const outcome = await call('write');
    assert.ok(typeof outcome === 'object' && outcome.kind === 'consentNeeded');
    assert.ok(outcome.need.kind === 'stepUp');
    assert.deepEqual(editor.asked, ['asked github tools:read']);
    grants.set(token('2'), ['tools:read', 'tools:write']);
    editor.signIn('2');
    await signIn(outcome.need.scopes);
    assert.equal(editor.asked.at(-1), 'asked github tools:read tools:write');
    assert.equal(await call('write'), 200);
  });

  it('is removed at a sign-out, which notes that the editor still keeps it', async () => {
    const { signIn, editor, call, core, server, secrets } = await world();
    await signIn();
    assert.deepEqual(await core.signOuts.signOut(server), {
      kind: 'forgotten',
      provider: 'github',
      account: 'alice',
    });
    for (const text of secrets.entries.values()) assert.doesNotMatch(text, /alice|tools:read|"tokens"/);
    assert.equal(kindOf(await call()), 'consentNeeded');
    assert.deepEqual(editor.asked, ['asked github tools:read']);
  });

  it('is not used for a server that is now configured for another account', async () => {
    const { signIn, call, server, upstream, editor } = await world();
    await signIn();
    Object.assign(server.oauth, { authenticationProvider: 'microsoft' });
    assert.equal(kindOf(await call()), 'consentNeeded');
    assert.deepEqual(upstream.tokens, []);
    assert.deepEqual(editor.asked, ['asked github tools:read']);
  });

  it('of Microsoft is requested at the configured tenant, whatever the server requests', async () => {
    const { signIn, editor, server, core } = await world(
      ['https://login.microsoftonline.com/contoso.example/v2.0'],
      'microsoft',
    );
    Object.assign(server.oauth, { scopes: ['api://tools/read', 'VSCODE_CLIENT_ID:somebody-else'] });
    await signIn();
    assert.deepEqual(editor.asked, ['asked microsoft api://tools/read VSCODE_TENANT:contoso.example']);
    const held: Credential | undefined = await core.credentials.get(server.url);
    assert.deepEqual(held?.tokens.scopes, ['api://tools/read']);
  });

  it('that the user does not provide counts as a denial', async () => {
    const { core, server, signIn, editor, status } = await world();
    editor.session = undefined;
    const outcome = await signIn();
    assert.ok(outcome.kind === 'declined' && outcome.by === 'user', inspect(outcome));
    assert.equal(await status(), 'signedOut');
    const { lastAttempt } = await core.states.statusOf(server);
    assert.deepEqual(
      [lastAttempt?.kind, lastAttempt?.detail],
      ['declined', 'No account was selected in the editor.'],
    );
  });

  it('is requested when the user visits the sign-in page, which says so', async () => {
    const { core, server, editor } = await world();
    const attempt = core.signIns.begin(server, { deadline: 20_000 });
    const page = await attempt.launchPage();
    const shown = await (await fetch(page.address)).text();
    assert.equal((await attempt.outcome).kind, 'signedIn');
    assert.match(shown, /The editor asks you for the account/);
    assert.match(shown, /Signed in to tools/);
    assert.equal(editor.asked.length, 1);
  });

  it('is unavailable in a process without an editor, with an error that says so', async () => {
    const { server } = await world();
    const broker = createHeadlessBroker({
      ...{ servers: () => [server], secrets: new MemorySecrets(), clock: new ManualClock(), fetch },
      ...{ memory: new MemoryMemory(), lock: new MemoryLock(), log: new MemoryLog() },
      resolver: { addressesOf: () => Promise.resolve([]) },
      consentPrompt: { ask: () => Promise.resolve(false) },
      confirmAccountChange: () => Promise.resolve('neither'),
    });
    closing.push(() => {
      broker.dispose();
    });
    const outcome = await broker.authorizedFetch.send(server, {
      method: 'POST',
      headers: new Headers(),
      signal: AbortSignal.timeout(20_000),
    });
    assert.ok(outcome.kind === 'failed');
    assert.match(outcome.detail, /this process has no editor/);
    assert.equal((await broker.states.statusOf(server)).status, 'misconfigured');
  });
});

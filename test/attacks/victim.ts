import assert from 'node:assert/strict';
import { AccessTokens } from '../../src/broker/tokens/accessTokens.js';
import { ClientStore } from '../../src/broker/clients/clientStore.js';
import { CredentialStore } from '../../src/broker/accounts/credentialStore.js';
import type { OAuthSettings } from '../../src/broker/settings/oauthSettings.js';
import { PendingCallbacks } from '../../src/broker/callbacks/pendingCallbacks.js';
import type { LaunchVisit, RedirectUris } from '../../src/broker/ports.js';
import { ServerStates } from '../../src/broker/status/serverStates.js';
import type { SignInAttempt } from '../../src/broker/signIn/signInAttempt.js';
import type { SignInOutcome } from '../../src/broker/signIn/signIn.js';
import { SignIns } from '../../src/broker/signIn/signIns.js';
import { SignOuts } from '../../src/broker/signIn/signOut.js';
import type { OAuthFlowErrorCode } from '../../src/oauth/oauthFlowError.js';
import { serverAt } from '../broker/brokerWindow.js';
import { ManualClock } from '../broker/manualClock.js';
import { MemoryLock, MemoryLog, MemorySecrets } from '../broker/memoryStores.js';
import { evil, mcpServer, ScriptedInternet, tokens } from './scriptedInternet.js';
import { redirectReaches } from '../broker/redirectReaches.js';

/** Where the browser was sent, or that it was sent nowhere. */
interface Visit {
  readonly attempt: SignInAttempt;
  readonly sentTo?: URL;
}

/** One window of a user with one MCP server: the real broker over an internet of the test's. */
export class Victim {
  readonly clock = new ManualClock();
  readonly callbacks = new PendingCallbacks();
  readonly accessTokens: AccessTokens;
  readonly signOuts: SignOuts;
  readonly credentials: CredentialStore;
  readonly server;
  readonly #signIns: SignIns;
  #onVisit: ((visit: LaunchVisit) => Promise<void>) | undefined;

  constructor(
    readonly internet = new ScriptedInternet(),
    url = mcpServer,
    oauth: OAuthSettings = {},
  ) {
    this.server = { ...serverAt(url), oauth };
    const { clock, callbacks } = this;
    const [secrets, log, lock] = [new MemorySecrets(), new MemoryLog(), new MemoryLock()];
    const http = { fetch: internet.fetch, resolver: internet.resolver };
    const credentials = new CredentialStore(secrets, log);
    const states = new ServerStates(credentials, clock);
    this.credentials = credentials;
    this.accessTokens = new AccessTokens(credentials, states, lock, clock, log, http);
    const clients = new ClientStore(secrets, clock);
    const launcher = {
      open: (_: number, onVisit: (visit: LaunchVisit) => Promise<void>) => {
        this.#onVisit = onVisit;
        return Promise.resolve({ address: '', visited: Promise.resolve(), dispose: () => undefined });
      },
    };
    const confirmAccountChange = () => Promise.resolve('new' as const);
    this.#signIns = new SignIns(
      { launcher, redirects, callbacks, credentials, clients, lock, clock, log, http, confirmAccountChange },
      states,
    );
    this.signOuts = new SignOuts(credentials, states, this.#signIns, lock, log, http);
  }

  /** Clicks “Sign in” and follows the browser as far as the broker sends it. */
  async begin(): Promise<Visit> {
    const attempt = this.#signIns.begin(this.server, { deadline: 60_000 });
    await attempt.launchPage();
    let sentTo: URL | undefined;
    await this.#onVisit?.({
      redirect: (to) => (sentTo = to),
      wait: () => undefined,
      explain: () => undefined,
    });
    return { attempt, ...(sentTo !== undefined && { sentTo }) };
  }

  /** A whole sign-in, in which an attacker may change the callback on its way. */
  async signIn(change: (callback: URLSearchParams) => void = () => undefined): Promise<SignInOutcome> {
    const { attempt, sentTo } = await this.begin();
    if (sentTo !== undefined) {
      const callback = this.internet.consent(sentTo);
      change(callback);
      this.callbacks.deliver(callback, pathOf(sentTo));
    }
    return attempt.outcome;
  }

  /** That the sign-in fails by that code, keeps nothing, and that no secret of it went anywhere but home. */
  async isRefused(
    code: OAuthFlowErrorCode,
    change?: (callback: URLSearchParams) => void,
  ): Promise<SignInOutcome> {
    const outcome = await this.signIn(change);
    assert.ok(outcome.kind === 'failed', outcome.kind);
    assert.equal(outcome.error.code, code, outcome.error.message);
    assert.equal(await this.credentials.reread(this.server.url), undefined);
    this.assertNothingLeaked();
    return outcome;
  }

  assertNothingLeaked(): void {
    for (const { url, text } of this.internet.asked) {
      if (['mcp.example', 'as.example'].includes(new URL(url).host)) continue;
      assert.doesNotMatch(text, /code-[0-9a-f-]{36}|code_verifier|client-1/, url);
      for (const token of Object.values(tokens)) assert.ok(!text.includes(token), url);
    }
  }

  /** How often a code or a refresh token was sent. */
  tokenRequests(): number {
    return this.internet.asked.filter(({ form }) => form.has('grant_type')).length;
  }

  assertNeverAsked(host = new URL(evil).host): void {
    assert.equal(this.internet.askedOf(host), 0, `${host} was asked`);
  }
}

/** Where the answer to an authorization request arrives. */
export function pathOf(authorization: URL): string {
  return new URL(authorization.searchParams.get('redirect_uri') ?? '').pathname;
}

const redirects: RedirectUris = {
  reach: () => Promise.resolve(redirectReaches.headless),
  uriHandler: () => Promise.resolve(undefined),
  loopback: (path) =>
    Promise.resolve({
      kind: 'loopback',
      uri: `http://127.0.0.1:4711${path}`,
      path,
      dispose: () => undefined,
    }),
};

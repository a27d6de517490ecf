import { AccessTokens } from '../../src/broker/tokens/accessTokens.js';
import { AuthorizedFetch, type AuthorizedOutcome } from '../../src/broker/fetch/authorizedFetch.js';
import { ClientSecrets } from '../../src/broker/clients/clientSecrets.js';
import { ClientStore } from '../../src/broker/clients/clientStore.js';
import { CredentialStore } from '../../src/broker/accounts/credentialStore.js';
import type { ExceptionName, OAuthSettings } from '../../src/broker/settings/oauthSettings.js';
import { PendingCallbacks } from '../../src/broker/callbacks/pendingCallbacks.js';
import type { LaunchVisit, RedirectUri, RedirectUris } from '../../src/broker/ports.js';
import { probeBody, probeHeaders } from '../../src/broker/discovery/probe.js';
import { ServerDecisions } from '../../src/broker/settings/serverDecisions.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { ServerStates } from '../../src/broker/status/serverStates.js';
import type { SignInOutcome } from '../../src/broker/signIn/signIn.js';
import { SignIns } from '../../src/broker/signIn/signIns.js';
import { SignOuts, type SignOutReceipt } from '../../src/broker/signIn/signOut.js';
import { Redacted } from '../../src/base/redacted.js';
import { ManualClock } from '../broker/manualClock.js';
import { MemoryLock, MemoryLog, MemoryMemory, MemorySecrets } from '../broker/memoryStores.js';
import { closeServers } from '../oauth/scriptedServer.js';
import { MappedNetwork } from './mappedNetwork.js';
import type { ProviderDescription } from './providerDescription.js';
import { ScriptedProvider } from './scriptedProvider.js';
import { redirectReaches } from '../broker/redirectReaches.js';

/** What a user has set up before they sign in. */
export interface SetUp {
  readonly settings?: OAuthSettings;
  readonly accepted?: readonly ExceptionName[];
  readonly secret?: string | undefined;
}

/** How a sign-in went: its end, or the page on which the provider kept the browser. */
export type SignInEnd = SignInOutcome | { readonly kind: 'errorPage'; readonly page: string };

/**
 * One editor's broker between a user and a scripted provider. It can take callbacks at its own scheme, always
 * the same, and on this machine.
 */
export class ProviderWindow {
  readonly clock = new ManualClock();
  readonly provider: ScriptedProvider;
  readonly tokens: AccessTokens;
  readonly credentials: CredentialStore;
  readonly server: ServerConfig;
  readonly #callbacks = new PendingCallbacks();
  readonly #signIns: SignIns;
  readonly #signOuts: SignOuts;
  readonly #authorizedFetch: AuthorizedFetch;
  readonly #states: ServerStates;
  readonly #secrets = new MemorySecrets();
  readonly #network: MappedNetwork;
  #onVisit: (visit: LaunchVisit) => Promise<void> = () => Promise.resolve();

  static async open(description: ProviderDescription, setUp: SetUp = {}): Promise<ProviderWindow> {
    const clock = new ManualClock();
    const provider = new ScriptedProvider(description, () => clock.now());
    const network = await MappedNetwork.open(provider.hosts, provider.answer);
    const window = new ProviderWindow(description, setUp, clock, provider, network);
    const { client } = description;
    const { secret } = Object.hasOwn(setUp, 'secret') ? setUp : (client ?? {});
    if (client !== undefined && secret !== undefined) {
      await new ClientSecrets(window.#secrets).put(window.server, client.id, new Redacted(secret));
    }
    return window;
  }

  private constructor(
    description: ProviderDescription,
    setUp: SetUp,
    clock: ManualClock,
    provider: ScriptedProvider,
    network: MappedNetwork,
  ) {
    this.clock = clock;
    this.provider = provider;
    this.#network = network;
    const { fetch } = network;
    const lock = new MemoryLock();
    const log = new MemoryLog();
    const accepted = setUp.accepted ?? description.accepted ?? [];
    const oauth = setUp.settings ?? description.settings ?? {};
    this.server = { name: description.provider, url: description.server, headers: {}, oauth };
    this.credentials = new CredentialStore(this.#secrets, log);
    this.#states = new ServerStates(this.credentials, clock);
    this.tokens = new AccessTokens(this.credentials, this.#states, lock, clock, log, { fetch });
    this.#authorizedFetch = new AuthorizedFetch(this.tokens, this.#states, fetch, log);
    const { clientMetadataUrl } = description;
    this.#signIns = new SignIns(
      {
        launcher: {
          open: (_lifetime, onVisit) => {
            this.#onVisit = onVisit;
            return Promise.resolve({
              address: 'http://127.0.0.1:1/sign-in',
              visited: Promise.resolve(),
              dispose: () => undefined,
            });
          },
        },
        redirects: editorRedirects,
        callbacks: this.#callbacks,
        credentials: this.credentials,
        clients: new ClientStore(this.#secrets, clock),
        clientSecrets: new ClientSecrets(this.#secrets),
        lock,
        clock,
        log,
        http: { fetch },
        confirmAccountChange: () => Promise.resolve('neither'),
        decisions: new ServerDecisions(new MemoryMemory(), () => accepted),
        ...(clientMetadataUrl !== undefined && { clientMetadataUrl }),
      },
      this.#states,
    );
    this.#signOuts = new SignOuts(this.credentials, this.#states, this.#signIns, lock, log, { fetch });
  }

  /** Goes all the way that a user goes, who consents unless the provider is told otherwise. */
  async signIn(): Promise<SignInEnd> {
    const attempt = this.#signIns.begin(this.server, { deadline: 60_000 });
    await attempt.launchPage();
    let authorization: URL | undefined;
    await this.#onVisit({
      redirect: (to) => (authorization = to),
      wait: () => undefined,
      explain: () => undefined,
    });
    if (authorization === undefined) return attempt.outcome;
    const answer = await this.#network.fetch(authorization.href, { redirect: 'manual' });
    const location = answer.headers.get('location');
    if (location === null) {
      attempt.cancel();
      return { kind: 'errorPage', page: await answer.text() };
    }
    const callback = new URL(location);
    await answer.text();
    this.#callbacks.deliver(callback.searchParams, callback.pathname);
    return attempt.outcome;
  }

  /** The same with a code, which the user enters in another browser. */
  async signInWithCode(): Promise<SignInOutcome> {
    const attempt = this.#signIns.begin(this.server, { deadline: 600_000 });
    // What asks for the tokens waits from when the code is shown.
    void attempt.useCode(() => setImmediate(() => this.clock.advance(5_000)));
    return attempt.outcome;
  }

  /** Calls the MCP server as the user. */
  call(): Promise<AuthorizedOutcome> {
    const body = new TextEncoder().encode(probeBody);
    const signal = new AbortController().signal;
    return this.#authorizedFetch.send(this.server, {
      method: 'POST',
      headers: new Headers(probeHeaders),
      body,
      signal,
    });
  }

  signOut(): Promise<SignOutReceipt> {
    return this.#signOuts.signOut(this.server);
  }

  /** @returns what was asked of hosts that are none of the provider's, which must be nothing */
  async close(): Promise<readonly string[]> {
    this.#signIns.dispose();
    this.#states.dispose();
    this.credentials.dispose();
    await closeServers();
    return this.#network.strays;
  }
}

const editorRedirects: RedirectUris = {
  reach: () => Promise.resolve(redirectReaches.desktop),
  uriHandler: (path) => Promise.resolve(redirect('uriHandler', `vscode://publisher.broker${path}`, path)),
  loopback: (path, port = 51_234) =>
    Promise.resolve(redirect('loopback', `http://127.0.0.1:${port}${path}`, path)),
};

function redirect(kind: RedirectUri['kind'], uri: string, path: string): RedirectUri {
  return { kind, uri, path, dispose: () => undefined };
}

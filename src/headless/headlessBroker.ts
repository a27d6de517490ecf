import { AccessTokens } from '../broker/accessTokens.js';
import { AuthorizedFetch } from '../broker/authorizedFetch.js';
import { ClientSecrets } from '../broker/clientSecrets.js';
import { ClientStore } from '../broker/clientStore.js';
import { CredentialStore } from '../broker/credentialStore.js';
import { DirectGrants } from '../broker/directGrants.js';
import { MetadataCache } from '../broker/metadataCache.js';
import { PendingCallbacks } from '../broker/pendingCallbacks.js';
import type {
  AssertionSource,
  Clock,
  Disposable,
  Fetch,
  IdentityProviderSession,
  Lock,
  Log,
  Memory,
  RedirectUris,
  Resolver,
  SecretStore,
} from '../broker/ports.js';
import { ServerDecisions } from '../broker/serverDecisions.js';
import type { ServerConfig } from '../broker/serverSettings.js';
import { ServerStates } from '../broker/serverStates.js';
import type { SignInParts } from '../broker/signInAttempt.js';
import type { SignInQuestions } from '../broker/signInQuestions.js';
import { SignIns } from '../broker/signIns.js';
import { SignOuts } from '../broker/signOut.js';
import type { ConsentPrompt } from '../broker/consentPrompt.js';
import { HttpSseTransport } from '../relay/httpSseTransport.js';
import { Relay } from '../relay/relay.js';

/** What a process without an editor brings. */
export interface HeadlessParts {
  readonly servers: () => readonly ServerConfig[];
  readonly secrets: SecretStore;
  readonly memory: Memory;
  readonly lock: Lock;
  readonly clock: Clock;
  readonly log: Log;
  readonly fetch: Fetch;
  /** A process that serves people brings the machine's, `node/systemResolver.ts`. */
  readonly resolver: Resolver;
  readonly consentPrompt: ConsentPrompt;
  readonly confirmAccountChange: SignInParts['confirmAccountChange'];
  /** Where there is somebody to ask after all. */
  readonly questions?: SignInQuestions;
  /** Our client ID metadata document, where one is hosted. */
  readonly clientMetadataUrl?: string;
  /** Where a workload's assertion is found, for servers with the grant `jwtBearer`. */
  readonly assertions?: AssertionSource;
  /** The organization's, for servers with the grant `enterpriseManaged`. */
  readonly identityProvider?: IdentityProviderSession;
}

/** The broker and its relay. */
export interface HeadlessBroker extends Disposable {
  readonly relay: Relay;
  readonly signIns: SignIns;
  readonly callbacks: PendingCallbacks;
  readonly credentials: CredentialStore;
  /** What clients registered by hand prove themselves with. */
  readonly clientSecrets: ClientSecrets;
  readonly states: ServerStates;
  readonly authorizedFetch: AuthorizedFetch;
  readonly signOuts: SignOuts;
}

/** The composition root without an editor; the callback is a loopback listener. */
export function createHeadlessBroker(parts: HeadlessParts): HeadlessBroker {
  const { secrets, clock, log, resolver } = parts;
  const transport = new HttpSseTransport(parts.fetch, (url) =>
    parts.servers().some((server) => server.type === 'sse' && server.url === url),
  );
  const { fetch } = transport;
  const http = { fetch, resolver };
  const credentials = new CredentialStore(secrets, log);
  const clientSecrets = new ClientSecrets(secrets);
  const metadata = new MetadataCache(clock);
  const states = new ServerStates(credentials, clock);
  const decisions = new ServerDecisions(parts.memory, (server) => server.oauth.exceptions ?? []);
  const grants = new DirectGrants({ ...parts, clientSecrets, http, decisions, metadata });
  const tokens = new AccessTokens(credentials, states, parts.lock, clock, log, http, grants);
  const authorizedFetch = new AuthorizedFetch(tokens, states, fetch, log, metadata);
  const callbacks = new PendingCallbacks();
  const relay: Relay = new Relay({
    ...parts,
    authorizedFetch,
    credentials,
    callbacks,
    leaveUpstream: (sessionId) => transport.leave(sessionId),
    signIns: () => signIns,
  });
  const redirects: RedirectUris = {
    uriHandler: () => Promise.resolve(undefined),
    loopback: (path, port) => relay.loopbackRedirect(path, port),
  };
  const clients = new ClientStore(secrets, clock);
  const { confirmAccountChange, clientMetadataUrl, questions } = parts;
  // Nobody is there to be asked: what the settings list is accepted.
  const signIns = new SignIns(
    {
      launcher: relay,
      redirects,
      callbacks,
      credentials,
      clients,
      lock: parts.lock,
      clock,
      log,
      http,
      confirmAccountChange,
      decisions,
      ...(questions !== undefined && { questions }),
      metadata,
      clientSecrets,
      ...(clientMetadataUrl !== undefined && { clientMetadataUrl }),
    },
    states,
  );
  const signOuts = new SignOuts(credentials, states, signIns, parts.lock, log, http);
  return {
    relay,
    signIns,
    callbacks,
    credentials,
    clientSecrets,
    states,
    authorizedFetch,
    signOuts,
    dispose: () => {
      signIns.dispose();
      relay.dispose();
      transport.dispose();
      states.dispose();
      credentials.dispose();
    },
  };
}

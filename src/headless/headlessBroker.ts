import { AccessTokens } from '../broker/accessTokens.js';
import { AuthorizedFetch } from '../broker/authorizedFetch.js';
import { ClientSecrets } from '../broker/clientSecrets.js';
import { ClientStore } from '../broker/clientStore.js';
import { CredentialStore } from '../broker/credentialStore.js';
import { DirectGrants } from '../broker/directGrants.js';
import { PendingCallbacks } from '../broker/pendingCallbacks.js';
import type {
  AssertionSource,
  Clock,
  Disposable,
  IdentityProviderSession,
  Lock,
  Log,
  Memory,
  RedirectUris,
  SecretStore,
} from '../broker/ports.js';
import type { ServerConfig } from '../broker/serverSettings.js';
import { ServerStates } from '../broker/serverStates.js';
import type { SignInParts } from '../broker/signInAttempt.js';
import { SignIns } from '../broker/signIns.js';
import type { Fetch } from '../oauth/httpContext.js';
import type { ConsentPrompt } from '../broker/consentPrompt.js';
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
  readonly consentPrompt: ConsentPrompt;
  readonly confirmAccountChange: SignInParts['confirmAccountChange'];
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
}

/** The composition root without an editor; the callback is a loopback listener. */
export function createHeadlessBroker(parts: HeadlessParts): HeadlessBroker {
  const { secrets, clock, log, fetch } = parts;
  const credentials = new CredentialStore(secrets, log);
  const states = new ServerStates(credentials, clock);
  const clientSecrets = new ClientSecrets(secrets);
  const grants = new DirectGrants({ ...parts, clientSecrets, http: { fetch } });
  const tokens = new AccessTokens(credentials, states, parts.lock, clock, log, { fetch }, grants);
  const authorizedFetch = new AuthorizedFetch(tokens, states, fetch, log);
  const callbacks = new PendingCallbacks();
  const relay: Relay = new Relay({
    ...parts,
    authorizedFetch,
    credentials,
    callbacks,
    signIns: () => signIns,
  });
  const redirects: RedirectUris = {
    uriHandler: () => Promise.resolve(undefined),
    loopback: (path) => relay.loopbackRedirect(path),
  };
  const clients = new ClientStore(secrets, clock);
  const { confirmAccountChange } = parts;
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
      http: { fetch },
      confirmAccountChange,
    },
    states,
  );
  return {
    relay,
    signIns,
    callbacks,
    credentials,
    clientSecrets,
    states,
    authorizedFetch,
    dispose: () => {
      signIns.dispose();
      relay.dispose();
      states.dispose();
      credentials.dispose();
    },
  };
}

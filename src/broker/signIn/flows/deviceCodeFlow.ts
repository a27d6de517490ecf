import { identifierOf } from '../../../oauth/authorizationServerMetadata.js';
import { registerClient } from '../../../oauth/clientRegistration.js';
import {
  awaitDeviceTokens,
  deviceCodeGrantType,
  requestDeviceAuthorization,
  type DeviceAuthorization,
} from '../../../oauth/deviceAuthorization.js';
import type { DirectGrant } from '../../../oauth/directGrants.js';
import { dpopBinding } from '../../../oauth/dpop.js';
import type { HttpContext } from '../../../oauth/httpContext.js';
import type { OAuthClient } from '../../../oauth/oauthClient.js';
import { OAuthFlowError } from '../../../oauth/oauthFlowError.js';
import type { TokenSet } from '../../../oauth/tokenSet.js';
import { clientName } from '../../clients/clientNeed.js';
import { clientIdRequired } from '../../clients/clientErrors.js';
import type { ClientSecrets } from '../../clients/clientSecrets.js';
import type { ClientStore } from '../../clients/clientStore.js';
import { configuredIdentity, checkConfiguredClient } from '../../clients/clientForServer.js';
import type { CredentialStore } from '../../accounts/credentialStore.js';
import type { Discovered } from '../../discovery/discovery.js';
import { isOfUnknownClient } from '../clientLifecycle.js';
import { delay } from '../../../base/abort.js';
import { completeSignIn } from '../completeSignIn.js';
import { isSupported, type FlowAttempt, type FlowSupport } from './signInFlow.js';
import type { ServerConfig } from '../../settings/serverSettings.js';
import { askedScopes, audienceParameter, resourceParameter } from '../../settings/signInPolicy.js';

/** Shows the user the code and the page to enter it on. */
export type ShowCode = (device: DeviceAuthorization) => void;

export interface DeviceSignInParts {
  readonly credentials: CredentialStore;
  readonly clients: ClientStore;
  readonly clientSecrets?: ClientSecrets;
  /** Our client ID metadata document, if one is hosted. */
  readonly clientMetadataUrl?: string | undefined;
}

/**
 * Whether a sign-in with a code can be begun. What a client that was registered by hand may do is not known before it
 * is tried.
 */
export async function offersCode(
  server: ServerConfig,
  { as, policy }: Discovered,
  parts: DeviceSignInParts,
): Promise<boolean> {
  if (!isSupported(DeviceCodeFlow.supports, server, as)) return false;
  const identity = await configuredIdentity({ server, as, policy, scopes: [] }, parts);
  switch (identity.kind) {
    case 'use':
      // Our client metadata document names the authorization code alone.
      return identity.client.source !== 'clientIdMetadataDocument';
    case 'register':
      return true;
    case 'ask':
      return false;
  }
}

/** A sign-in with a code that the user enters in a browser on any device (RFC 8628). */
export class DeviceCodeFlow {
  static readonly supports: FlowSupport = { editorAccounts: false, deviceEndpointOnly: true };

  constructor(private readonly attempt: FlowAttempt) {}

  /** Whether it has a chance: the authorization server offers codes, and our client may use them there. */
  isOffered(): Promise<boolean> {
    const { server, parts } = this.attempt;
    const offered = this.attempt.discover().then((found) => offersCode(server, found, parts));
    // What cannot be found out is not offered.
    return offered.catch(() => false);
  }

  async run(show: ShowCode): Promise<void> {
    const { attempt } = this;
    try {
      attempt.enter('preparing');
      const found = await attempt.discover(); // steps 1–5a
      const grant = await this.#grantFor(found); // step 5b
      const device = await this.#requestCode(grant); // step 5c
      attempt.enter('waitingForConsent');
      show(device); // steps 6–7 are the user's
      const tokens = await this.#awaitTokens(device); // step 8
      await completeSignIn({ server: attempt.server, found, pending: device.grant, tokens }, attempt);
    } catch (error) {
      attempt.fail(error);
    }
  }

  async #grantFor(found: Discovered): Promise<DirectGrant> {
    const { server, request, parts, http } = this.attempt;
    const { as, policy, resource } = found;
    const scopes = askedScopes(found, request);
    const dpop = await dpopBinding({ ...found, overHttpSse: server.type === 'sse' });
    return {
      as,
      client: await clientFor(server, found, scopes, parts, http),
      scopes,
      ...resourceParameter(policy, resource.resource),
      ...audienceParameter(policy, resource.resource),
      dpop,
    };
  }

  /** RFC 8628 §3.1 */
  #requestCode(grant: DirectGrant): Promise<DeviceAuthorization> {
    const { parts, http } = this.attempt;
    const device = requestDeviceAuthorization(grant, http, () => parts.clock.now());
    return device.catch(forgetting(grant, parts));
  }

  /** RFC 8628 §3.4: the user's browser brings nothing back here. */
  #awaitTokens(device: DeviceAuthorization): Promise<TokenSet> {
    const { parts, http, signal } = this.attempt;
    const wait = (milliseconds: number) => delay(parts.clock, milliseconds, signal);
    const tokens = awaitDeviceTokens(device, http, wait, () => parts.clock.now());
    return tokens.catch(forgetting(device.grant, parts));
  }
}

/** A registration for codes stands for itself: it has no redirect URI. */
async function clientFor(
  server: ServerConfig,
  { as, policy }: Discovered,
  scopes: readonly string[],
  parts: DeviceSignInParts,
  http: HttpContext,
): Promise<OAuthClient> {
  if (as.device_authorization_endpoint === undefined) return noClient;
  // Another could show the user a code that it asked the first one for, and have the tokens.
  await checkConfiguredClient(server, as, parts);
  const identity = await configuredIdentity({ server, as, policy, scopes }, parts);
  switch (identity.kind) {
    case 'use':
      return identity.client;
    case 'ask':
      throw clientIdRequired(server, as, identity.because);
    case 'register': {
      const known = await parts.clients.get(identifierOf(as), deviceCodeGrantType);
      if (known !== undefined) return known;
      const grantTypes = [deviceCodeGrantType, 'refresh_token'];
      const client = await registerClient(as, { redirectUris: [], clientName, scopes, grantTypes }, http);
      await parts.clients.put(identifierOf(as), deviceCodeGrantType, client);
      return client;
    }
  }
}

/** For a server without a device authorization endpoint. It is thrown before anything is registered there. */
const noClient: OAuthClient = { clientId: '', authMethod: 'none', source: 'preRegistered', redirectUris: [] };

/** The next sign-in with a code registers again if the server no longer knows the client. */
function forgetting({ as, client }: DirectGrant, { clients }: DeviceSignInParts) {
  return async (error: unknown): Promise<never> => {
    if (client.source === 'registered' && error instanceof OAuthFlowError && isOfUnknownClient(error)) {
      await clients.remove(identifierOf(as), deviceCodeGrantType);
    }
    throw error;
  };
}

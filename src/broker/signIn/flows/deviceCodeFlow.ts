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
import { configuredIdentity } from '../../clients/clientForServer.js';
import { clientName } from '../../clients/clientNeed.js';
import { clientIdRequired } from '../../clients/clientErrors.js';
import type { ClientSecrets } from '../../clients/clientSecrets.js';
import type { ClientStore } from '../../clients/clientStore.js';
import { checkConfiguredClient } from '../../clients/configuredClient.js';
import type { CredentialStore } from '../../accounts/credentialStore.js';
import type { Discovered } from '../../discovery/discovery.js';
import { isOfUnknownClient } from '../clientLifecycle.js';
import type { Clock } from '../../../base/clock.js';
import type { ServerConfig } from '../../settings/serverSettings.js';
import { audienceParameter, resourceParameter } from '../../settings/signInPolicy.js';

/** Shows the user where to enter which code. */
export type ShowCode = (device: DeviceAuthorization) => void;

export interface DeviceSignInParts {
  readonly credentials: CredentialStore;
  readonly clients: ClientStore;
  readonly clientSecrets?: ClientSecrets;
  readonly clock: Clock;
  /** Our client ID metadata document, where one is hosted. */
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
  if (as.device_authorization_endpoint === undefined) return false;
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

/** Steps 5b and 5c of a sign-in whose browser may be on any device (RFC 8628 §3.1). */
export async function beginWithCode(
  server: ServerConfig,
  found: Discovered,
  scopes: readonly string[],
  parts: DeviceSignInParts,
  http: HttpContext,
): Promise<DeviceAuthorization> {
  const { as, policy, resource } = found;
  const dpop = await dpopBinding({ ...found, overHttpSse: server.type === 'sse' });
  const grant = {
    as,
    client: await clientFor(server, found, scopes, parts, http),
    scopes,
    ...resourceParameter(policy, resource.resource),
    ...audienceParameter(policy, resource.resource),
    ...(dpop !== undefined && { dpop }),
  };
  return requestDeviceAuthorization(grant, http, () => parts.clock.now()).catch(forgetting(grant, parts));
}

/** Shows the code, and step 8 once the user has entered it; their browser brings nothing back here. */
export function tokensForCode(
  device: DeviceAuthorization,
  show: ShowCode,
  parts: DeviceSignInParts,
  http: HttpContext,
): Promise<TokenSet> {
  show(device);
  const { signal } = http;
  const wait = (milliseconds: number) =>
    new Promise<void>((resolve, reject) => {
      signal?.throwIfAborted();
      const stop = () => {
        timer.dispose();
        reject(signal?.reason as Error);
      };
      const timer = parts.clock.after(milliseconds, () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      });
      signal?.addEventListener('abort', stop, { once: true });
    });
  const tokens = awaitDeviceTokens(device, http, wait, () => parts.clock.now());
  return tokens.catch(forgetting(device.grant, parts));
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

/** For a server that offers no codes, which is said before anything is registered there. */
const noClient: OAuthClient = { clientId: '', authMethod: 'none', source: 'preRegistered', redirectUris: [] };

/** The next sign-in with a code registers anew where the server no longer knows the client. */
function forgetting({ as, client }: DirectGrant, { clients }: DeviceSignInParts) {
  return async (error: unknown): Promise<never> => {
    if (client.source === 'registered' && error instanceof OAuthFlowError && isOfUnknownClient(error)) {
      await clients.remove(identifierOf(as), deviceCodeGrantType);
    }
    throw error;
  };
}

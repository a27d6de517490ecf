import { identifierOf } from '../../oauth/authorizationServerMetadata.js';
import type { Discovered } from '../discovery/discovery.js';
import type { RedirectUris } from '../ports.js';
import { directGrantOf } from '../settings/grant.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import { callbackPath } from '../callbacks/pendingCallbacks.js';
import { clientName } from './clientNeed.js';
import { RedirectChoice } from './redirectUri.js';

/**
 * When a redirect URI of a client registered by hand is sent.
 *
 * - `next`: at the next sign-in
 * - `portTaken`: if another program has the port of the one before it
 * - `ifConfigured`: only if the settings say `"redirect": "loopback"`
 */
export type RedirectUse = 'next' | 'portTaken' | 'ifConfigured';

/** What to enter to register a client by hand. */
export interface ClientToRegister {
  /** Host of the authorization server. */
  readonly host: string;
  readonly name: string;
  /** None for a client that gets its tokens without a browser. */
  readonly redirectUris: readonly { readonly uri: string; readonly use: RedirectUse }[];
  /** Whether the authorization server takes no client without a secret (a confidential client, RFC 6749 §2.1). */
  readonly needsSecret: boolean;
  readonly grantTypes: readonly string[];
  readonly scopes: readonly string[];
}

/**
 * Describes the client that the next sign-in would use.
 *
 * @throws OAuthFlowError `redirectUnavailable` if the settings require a redirect URI that cannot work here
 */
export async function clientToRegister(
  server: ServerConfig,
  found: Discovered,
  redirects: RedirectUris,
): Promise<ClientToRegister> {
  const { as, policy, scopes } = found;
  const listed = as.token_endpoint_auth_methods_supported;
  return {
    host: new URL(identifierOf(as)).host,
    name: clientName,
    redirectUris: directGrantOf(server) === undefined ? await redirectUris(server, found, redirects) : [],
    needsSecret: policy.secretRequired === true || listed?.includes('none') === false,
    grantTypes: grantTypes(server, found),
    scopes,
  };
}

async function redirectUris(
  server: ServerConfig,
  { as, policy }: Discovered,
  redirects: RedirectUris,
): Promise<ClientToRegister['redirectUris']> {
  const choice = await RedirectChoice.of({ server, as, policy }, 'preRegistered', redirects, callbackPath);
  const [first] = choice.steps;
  const later: RedirectUse = first?.kind === 'loopback' ? 'portTaken' : 'ifConfigured';
  const all = await Promise.all(
    choice.steps.map(async (step) => ({
      // A provider that lets the port vary (RFC 8252 §7.3) has the address without one.
      uri: await (step.kind === 'loopback' && !step.fixed ? choice.loopbackUri() : choice.uriOf(step)),
      use: step === first ? ('next' as const) : later,
    })),
  );
  // The address of an editor in a browser is another one each time, so it cannot be registered.
  return all.flatMap(({ uri, use }) => (uri === undefined ? [] : [{ uri, use }]));
}

function grantTypes(server: ServerConfig, { as }: Discovered): readonly string[] {
  switch (directGrantOf(server)) {
    case 'clientCredentials':
      return ['client_credentials'];
    case 'jwtBearer':
    case 'enterpriseManaged':
      return ['urn:ietf:params:oauth:grant-type:jwt-bearer'];
    case 'editorAccount':
    case undefined:
      return ['authorization_code', 'refresh_token'].filter(
        (one) => one !== 'refresh_token' || as.grant_types_supported?.includes(one) !== false,
      );
  }
}

import {
  fetchAuthorizationServer,
  type AuthorizationServer,
} from '../../oauth/authorizationServerMetadata.js';
import { chooseClientIdentity, type ClientIdentity } from '../../oauth/clientRegistration.js';
import type { HttpContext } from '../../oauth/httpContext.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { initialScopes, withSessionScopes } from '../../oauth/scopes.js';
import { shownAddress } from '../../base/displayText.js';
import type { BearerChallenge } from '../../oauth/wwwAuthenticateChallenge.js';
import type { MetadataCache } from './metadataCache.js';
import type { ExceptionName } from '../settings/oauthSettings.js';
import type { ServerDecisions } from '../settings/serverDecisions.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import { signInPolicy, type SignInPolicy } from '../settings/signInPolicy.js';
import type { OAuthClient } from '../../oauth/oauthClient.js';
import { fetchProtectedResource, type ProtectedResource } from '../../oauth/protectedResourceMetadata.js';
import {
  authenticationProviders,
  type AuthenticationProviderProfile,
} from '../settings/authenticationProviders.js';

/** What steps 1–5a find out about a server, without signing in and without registering anything. */
export interface Discovered {
  readonly challenge: BearerChallenge | undefined;
  readonly resource: ProtectedResource;
  /** The resource's own spelling. The metadata's may differ if the user has accepted that. */
  readonly issuer: string;
  /** The server names several authorization servers and the user has not chosen one, so the first was taken. */
  readonly isChoiceOpen: boolean;
  readonly as: AuthorizationServer;
  /** What applies at this issuer. */
  readonly policy: SignInPolicy;
  /** What a sign-in would ask for. */
  readonly scopes: readonly string[];
  /** How the client will be identified, and why. */
  readonly identity: ClientIdentity;
}

/** What is known before discovery, and the questions about the rest. */
export interface DiscoveryParts {
  readonly decisions?: ServerDecisions | undefined;
  readonly metadata?: MetadataCache;
  /** Our client ID metadata document, if one is hosted. */
  readonly clientMetadataUrl?: string | undefined;
  /** Those that come with the editor if absent. */
  readonly authenticationProviders?: readonly AuthenticationProviderProfile[];
  /** If it is absent, the user is not asked, and a broken rule is an error. */
  readonly acceptException?:
    ((name: ExceptionName, issuer: string, fault: OAuthFlowError) => Promise<boolean>) | undefined;
}

/** Steps 3–5a, from a challenge already received. */
export async function discover(
  server: ServerConfig,
  challenge: BearerChallenge | undefined,
  http: HttpContext,
  parts: DiscoveryParts = {},
): Promise<Discovered> {
  if (server.isIdentityProvider === true) return discoverIdentityProvider(server, http, parts);
  const load = () => fetchProtectedResource(new URL(server.url), challenge, http);
  const metadataUrl = challenge?.resourceMetadata?.href;
  const resource = await (parts.metadata?.protectedResource(server, metadataUrl, load) ?? load());
  const editor = editorAccountSource(server, resource, parts.authenticationProviders);
  const { issuer, isChoiceOpen } =
    editor === undefined
      ? issuerFor(server, resource, parts.decisions?.chosenIssuer(server))
      : { issuer: editor.issuer, isChoiceOpen: false };
  // If the editor signs in, nothing of the authorization server is needed but its name.
  const as =
    editor === undefined ? await authorizationServerAt(server, issuer, resource, http, parts) : { issuer };
  const policy = signInPolicy(server, issuer, parts.decisions?.acceptedExceptions(server, issuer));
  return {
    challenge,
    resource,
    issuer,
    isChoiceOpen,
    as,
    policy,
    scopes: initialScopes({
      challenge,
      configured: policy.scopes,
      resource,
      as,
      identity: true,
      further: policy.furtherScopes,
      belowResource: policy.scopeBelowResource,
    }),
    identity:
      editor === undefined
        ? chooseClientIdentity(as, {
            configuredClientId: policy.clientId,
            clientMetadataUrl: parts.clientMetadataUrl,
          })
        : {
            kind: 'use',
            client: editorClient(editor),
            because: `The editor itself signs in to your ${editor.provider.label} account.`,
          },
  };
}

/** Step 5a alone, for a sign-in that only identifies the user and has no resource. */
async function discoverIdentityProvider(
  server: ServerConfig,
  http: HttpContext,
  parts: DiscoveryParts,
): Promise<Discovered> {
  const { url: issuer } = server;
  const resource = { resource: issuer, authorizationServers: [issuer], metadataUrl: issuer, warnings: [] };
  const as = await authorizationServerAt(server, issuer, resource, http, parts);
  const policy = signInPolicy(server, issuer, parts.decisions?.acceptedExceptions(server, issuer));
  return {
    challenge: undefined,
    resource,
    issuer,
    isChoiceOpen: false,
    as,
    policy: { ...policy, omitResource: true },
    scopes: withSessionScopes(['openid'], as, true, policy.furtherScopes),
    identity: chooseClientIdentity(as, { configuredClientId: policy.clientId }),
  };
}

/** The setting decides, then what the user chose once, then the server's own order. */
function issuerFor(
  server: ServerConfig,
  resource: ProtectedResource,
  chosen: string | undefined,
): { readonly issuer: string; readonly isChoiceOpen: boolean } {
  const listed = resource.authorizationServers;
  const configured = server.oauth.authorizationServer;
  if (configured !== undefined) {
    // An issuer the server does not name has no business with its tokens (RFC 9728 §7.6).
    if (listed.includes(configured)) return { issuer: configured, isChoiceOpen: false };
    throw new OAuthFlowError(
      'noAuthorizationServer',
      `${shownAddress(server.url)} does not name ${shownAddress(configured)} as an authorization server. It names ${listed.map(shownAddress).join(', ')}.`,
      {
        url: shownAddress(server.url),
        field: 'oauth.authorizationServer',
        fix: `Set oauth.authorizationServer to one of these in the settings of “${server.name}”, or remove it.`,
      },
    );
  }
  if (chosen !== undefined && listed.includes(chosen)) return { issuer: chosen, isChoiceOpen: false };
  const [first] = listed;
  if (first !== undefined) return { issuer: first, isChoiceOpen: listed.length > 1 };
  throw new OAuthFlowError(
    'noAuthorizationServer',
    `${shownAddress(server.url)} names no authorization server.`,
    { fix: 'Ask its administrator to name one in its metadata, as "authorization_servers".' },
  );
}

async function authorizationServerAt(
  server: ServerConfig,
  issuer: string,
  resource: ProtectedResource,
  http: HttpContext,
  { decisions, metadata, acceptException }: DiscoveryParts,
): Promise<AuthorizationServer> {
  const fallback = resource.metadataUrl === undefined;
  const load = (isExcused: boolean) => {
    const { exceptions } = signInPolicy(server, issuer, decisions?.acceptedExceptions(server, issuer));
    const issuerMismatch = isExcused || exceptions.has('issuerMismatch');
    return fetchAuthorizationServer(issuer, http, {
      ...{ fallback, exceptions: { issuerMismatch }, profile: server.oauth.profile },
    });
  };
  const read = (isExcused = false) =>
    metadata?.authorizationServer(server, issuer, () => load(isExcused)) ?? load(isExcused);
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof OAuthFlowError) || error.code !== 'issuerMismatch') throw error;
    if ((await acceptException?.('issuerMismatch', issuer, error)) !== true) throw error;
    return read(true);
  }
}

/** The account that a server's calls use, and its issuer. */
export interface EditorAccountSource {
  readonly provider: AuthenticationProviderProfile;
  readonly issuer: string;
}

/**
 * The editor's authentication provider that a server's entry names. A server that the provider's issuer does not
 * protect would be brought a token that is good elsewhere, so its own metadata has to name that issuer.
 *
 * @returns undefined if the entry names none
 * @throws OAuthFlowError `authenticationProviderRefused`
 * @see RFC 9728 §7.6
 */
export function editorAccountSource(
  server: ServerConfig,
  { authorizationServers }: ProtectedResource,
  providers: readonly AuthenticationProviderProfile[] = authenticationProviders,
): EditorAccountSource | undefined {
  const id = server.oauth.authenticationProvider;
  if (id === undefined) return undefined;
  const provider = providers.find((one) => one.id === id);
  const { authorizationServer } = server.oauth;
  const issuer = authorizationServers.find(
    (named) =>
      provider?.issuer.test(named) === true &&
      (authorizationServer === undefined || authorizationServer === named),
  );
  if (provider !== undefined && issuer !== undefined) return { provider, issuer };
  throw new OAuthFlowError(
    'authenticationProviderRefused',
    `“${server.name}” does not get a token of your ${provider?.label ?? id} account, because its metadata names ${authorizationServers.map(shownAddress).join(', ')}, which does not issue these tokens.`,
    {
      url: shownAddress(server.url),
      field: 'oauth.authenticationProvider',
      fix: `Remove oauth.authenticationProvider from the settings of “${server.name}” and sign in with the browser.`,
    },
  );
}

/** The editor signs in as itself, with a client of its own: to us it has the provider's name. */
export function editorClient({ provider }: EditorAccountSource): OAuthClient {
  return { clientId: provider.id, authMethod: 'none', source: 'editor', redirectUris: [] };
}

import type { ExceptionName, OAuthSettings } from '../../src/broker/settings/oauthSettings.js';
import type { AuthMethod } from '../../src/oauth/oauthClient.js';
import type { RevocationReceipt } from '../../src/oauth/tokenRevocation.js';
import type { ScriptedAnswer } from '../oauth/scriptedServer.js';
import type { AskedRequest } from './mappedNetwork.js';

/** A provider's no, in the terms of RFC 6749 §4.1.2.1 and §5.2. */
export interface Refusal {
  readonly error: string;
  readonly description: string;
}

/** What a token endpoint is about to give. */
export interface Issued {
  readonly accessToken: string;
  readonly refreshToken?: string;
  readonly idToken?: string;
  readonly scopes: readonly string[];
  /** Seconds. */
  readonly lifetime?: number;
}

/**
 * How a provider behaves towards an MCP client, written from its documentation and from nothing of ours, so
 * that the table of profiles is held against it.
 */
export interface ProviderDescription {
  /** As its profile is called. */
  readonly provider: string;
  /** Which of its kinds of client or tenant, where there are several. */
  readonly variant?: string;
  readonly documentation: readonly string[];
  /** The address of an MCP server that its tokens are for. */
  readonly server: string;
  readonly protectedResource: {
    readonly resource: string;
    readonly authorization_servers: readonly string[];
    readonly scopes_supported?: readonly string[];
  };
  /** By address; every other document is 404. */
  readonly metadata: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly endpoints: {
    readonly authorization: string;
    readonly token: string;
    readonly registration?: string;
    readonly revocation?: string;
    /** Where it gives codes to be entered on any device (RFC 8628). */
    readonly device?: string;
  };
  /** A client that is known beforehand; where there is none, clients register themselves. */
  readonly client?: { readonly id: string; readonly secret?: string };
  /** How long the secret of a client that registers is good for, in seconds; absent if it does not expire. */
  readonly registeredSecretLifetime?: number;
  /** How a client proves itself at the token endpoint. */
  readonly clientAuthentication: AuthMethod;
  /** Why a redirect URI is not one that could have been registered, or a registration of it is refused. */
  takesRedirect(uri: URL): boolean;
  /** What it finds wrong with an authorization request beyond the standard's own rules. */
  authorizationFault?(request: URLSearchParams): Refusal | undefined;
  tokenFault?(request: URLSearchParams): Refusal | undefined;
  /** Whether a token for the MCP server comes of the request, or one that the server does not know. */
  isForServer?(request: URLSearchParams): boolean;
  givesRefreshToken(request: URLSearchParams): boolean;
  /** The `iss` of its authorization responses (RFC 9207), where it sends one. */
  readonly authorizationIssuer?: string;
  /** What becomes of a refresh token that was used. */
  readonly usedRefreshToken: 'stays' | 'isReplaced' | 'endsTheGrantWhenUsedAgain';
  /** What its ID tokens call it; it gives none if absent. */
  readonly idTokenIssuer?: string;
  /** Its tokens' lifetime in seconds; absent if they do not expire. */
  readonly lifetime?: number;
  /** Its token answers; those of RFC 6749 §5.1 if absent. */
  tokenAnswer?(issued: Issued, request: AskedRequest): ScriptedAnswer;
  refusalAnswer?(refusal: Refusal, request: AskedRequest): ScriptedAnswer;
  /** What it answers a revocation of an access token; 200 if absent. */
  readonly accessTokenRevocation?: ScriptedAnswer;

  /** What the user has in the settings, and has accepted, to sign in there. */
  readonly settings?: OAuthSettings;
  readonly accepted?: readonly ExceptionName[];
  /** Where the client's own metadata document is. */
  readonly clientMetadataUrl?: string;
  /** What the sign-out can truthfully say. */
  readonly receipt: Omit<RevocationReceipt, 'problem'>;
  /** What it refuses, each as a sign-in with other settings that comes to nothing. */
  readonly refusals: readonly RefusedSignIn[];
}

/** A sign-in that the provider refuses, or that is refused because of it. */
interface RefusedSignIn {
  readonly because: string;
  /** In place of the description's own. */
  readonly settings?: OAuthSettings;
  readonly accepted?: readonly ExceptionName[];
  /** What is stored as the client's secret instead; undefined: nothing is. */
  readonly secret?: string | undefined;
  /** The user says no on the consent page. */
  readonly isDenied?: true;
  /** What it answers to any registration. */
  readonly registrationPolicy?: ScriptedAnswer;
  /** The error's code; `errorPage` where the provider keeps the browser. */
  readonly code: string;
  /** What its words hold. */
  readonly words: RegExp;
}

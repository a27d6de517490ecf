import {
  invalidIssuer,
  missingEndpoint,
  noServerMetadata,
  serverMetadataUnavailable,
} from './metadataErrors.js';
import {
  authorizationServerOf,
  flag,
  knownAs,
  namedAs,
  type AuthorizationServer,
} from './authorizationServerDocument.js';
import type { HttpContext } from './httpContext.js';
import { jsonResponse, stringArray } from './jsonResponse.js';
import { isWithinReach, outOfReach } from './networkReach.js';
import { OAuthFlowError } from './oauthFlowError.js';
import { traitsOf } from './providerProfiles.js';
import { profileChoices, type ProfileChoice, type ProviderTraits } from './providerTraits.js';
import { boundedFetch, addressesWithinReach } from './boundedFetch.js';
import { addressOf, shownAddress } from '../base/displayText.js';

export type { AuthorizationServer } from './authorizationServerDocument.js';

const oauthPath = '/.well-known/oauth-authorization-server';
const openidPath = '/.well-known/openid-configuration';

/** The addresses of an issuer's metadata, in the order of preference the MCP specification requires. */
export function authorizationServerMetadataUrls(issuer: URL): URL[] {
  const path = issuer.pathname.replace(/\/$/, '');
  const paths =
    path === ''
      ? [oauthPath, openidPath]
      : [`${oauthPath}${path}`, `${openidPath}${path}`, `${path}${openidPath}`];
  return paths.map((pathname) => new URL(pathname, issuer.origin));
}

/**
 * Reads an issuer's metadata. All candidates are requested at the same time and are accepted in the order of
 * preference, so a later one's success waits for the failure of those before it.
 *
 * @param options.fallback the issuer is the MCP server's own origin, because nothing named one (MCP 2025-03-26): if
 *   it has no metadata, the default endpoints are assumed, and because the address is a guess, the issuer may have a
 *   slash at the end or not
 * @param options.exceptions the exceptions that the user has accepted: with `issuerMismatch`, metadata that names
 *   another issuer is accepted if none names the right one; see {@link identifierOf}
 * @param options.profile the profile in the settings; see {@link knownTraits}
 * @throws OAuthFlowError `noAuthorizationServer` if no candidate exists, `issuerMismatch`, `invalidMetadata`,
 *   `insecureAddress`, `addressOutOfReach`, `notJson`, and all errors of {@link boundedFetch}
 * @see RFC 8414 §3
 */
export async function fetchAuthorizationServer(
  named: string,
  http: HttpContext,
  options: {
    readonly fallback?: boolean;
    readonly exceptions?: { readonly issuerMismatch?: boolean };
    readonly profile?: ProfileChoice | undefined;
  } = {},
): Promise<AuthorizationServer> {
  const { metadataIssuer: issuer = named, issuerTemplate } = traitsOf(named, options.profile);
  const address = addressOf(issuer);
  if (address === undefined) throw invalidIssuer(issuer);
  if (!isWithinReach(address, http.reach)) throw outOfReach(address, 'issuer');
  const accepted = options.fallback === true ? [address.origin, `${address.origin}/`] : [issuer];
  if (issuerTemplate !== undefined) accepted.push(issuerTemplate);
  const excuses = options.exceptions?.issuerMismatch === true;
  const settled = new AbortController();
  const signals = [settled.signal, ...(http.signal === undefined ? [] : [http.signal])];
  const candidates = authorizationServerMetadataUrls(address).map((url) => ({
    url,
    answer: candidate(url, excuses ? undefined : accepted, { ...http, signal: AbortSignal.any(signals) }),
  }));
  for (const { answer } of candidates) answer.catch(() => undefined);
  try {
    const failures: Failure[] = [];
    let excused: AuthorizationServer | undefined;
    for (const { url, answer } of candidates) {
      try {
        const as = await answer;
        if (accepted.includes(as.issuer)) return asKnown(as, issuer, options.profile);
        excused ??= { ...as, [namedAs]: issuer };
      } catch (error) {
        if (http.signal?.aborted === true || !(error instanceof OAuthFlowError)) throw error;
        failures.push({ url, error });
      }
    }
    if (excused !== undefined) return asKnown(excused, issuer, options.profile);
    if (options.fallback === true && failures.every(isAbsent))
      return asKnown(defaultEndpoints(address.origin), issuer, options.profile);
    throw noMetadata(issuer, failures);
  } finally {
    settled.abort();
  }
}

/**
 * The issuer that clients and sign-ins belong to. If the metadata is accepted although it names another issuer, it is
 * the address under which the metadata was found: a document could name any other server, whose clients and secrets
 * would then be sent to the endpoints of this one (RFC 8414 §6.2).
 */
export function identifierOf(as: AuthorizationServer): string {
  const named = as[namedAs];
  return typeof named === 'string' ? named : as.issuer;
}

/**
 * The metadata with the corrections for a provider that is known to deviate: a template is replaced by the requested
 * issuer, and a registration endpoint for administrators is ignored.
 */
function asKnown(
  as: AuthorizationServer,
  issuer: string,
  profile: ProfileChoice = 'auto',
): AuthorizationServer {
  const { issuerTemplate, registers } = traitsOf(issuer, profile);
  const { registration_endpoint: registration, ...rest } = as;
  return {
    ...rest,
    ...(registration !== undefined && registers !== false && { registration_endpoint: registration }),
    issuer: as.issuer === issuerTemplate ? issuer : as.issuer,
    ...(profile !== 'auto' && { [knownAs]: profile }),
  };
}

/** What the provider behind an authorization server is known for, by its issuer or by the settings' word. */
export function knownTraits(as: AuthorizationServer): ProviderTraits {
  const choice = profileChoices.find((name) => name === as[knownAs]);
  return traitsOf(identifierOf(as), choice);
}

/** Whether the server publishes no metadata, so that its endpoints are those that MCP 2025-03-26 assumes. */
export function usesDefaultEndpoints(as: AuthorizationServer): boolean {
  return as[flag] === true;
}

/**
 * The address of the token endpoint.
 *
 * @throws OAuthFlowError `invalidMetadata`
 */
export function tokenEndpoint(as: AuthorizationServer): string {
  const field = 'token_endpoint';
  const address = as[field];
  if (address !== undefined && addressOf(address) !== undefined) return address;
  throw missingEndpoint(as.issuer, field);
}

const algorithms = 'id_token_signing_alg_values_supported';
const neededAfterSignIn = [
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
  'revocation_endpoint',
  flag,
  namedAs,
  knownAs,
];

/** What the life of a sign-in needs of the metadata, for its record: a document can be as long as 1 MiB. */
export function metadataOfSignIn(as: AuthorizationServer): AuthorizationServer {
  const kept = Object.entries(as).filter(([name]) => neededAfterSignIn.includes(name));
  const listed = stringArray(as[algorithms])?.filter((name) => name.length <= 20);
  return {
    ...Object.fromEntries(kept),
    issuer: as.issuer,
    ...(listed !== undefined && { [algorithms]: listed.slice(0, 20) }),
  };
}

function defaultEndpoints(origin: string): AuthorizationServer {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    registration_endpoint: `${origin}/register`,
    [flag]: true,
  };
}

async function candidate(
  url: URL,
  accepted: readonly string[] | undefined,
  http: HttpContext & { readonly signal: AbortSignal },
): Promise<AuthorizationServer> {
  const init = { headers: { accept: 'application/json' } };
  const answer = await boundedFetch(url.href, init, http, 'sameOrigin');
  if (answer.status !== 200) throw serverMetadataUnavailable(url, answer.status);
  const as = authorizationServerOf(await jsonResponse(answer, url), url, accepted, http.reach);
  // The others are judged when they are asked; this one is for the browser.
  const field = 'authorization_endpoint';
  await addressesWithinReach(new URL(as[field] ?? url), http, http.signal, field);
  return as;
}

interface Failure {
  readonly url: URL;
  readonly error: OAuthFlowError;
}

function isAbsent({ error }: Failure): boolean {
  const status = error.details.status ?? 0;
  return error.code === 'unexpectedStatus' && status >= 400 && status <= 499;
}

/** One error for all candidates: the most specific one, with the responses of the others. */
function noMetadata(issuer: string, failures: readonly Failure[]): OAuthFlowError {
  const name = shownAddress(issuer);
  const telling = failures.find((failure) => !isAbsent(failure));
  if (telling === undefined) {
    const asked = failures.map(
      ({ url, error }) => `${url.pathname} (${error.details.status ?? 'no answer'})`,
    );
    return noServerMetadata(issuer, asked);
  }
  const others = failures
    .filter(({ error }) => error.code !== telling.error.code)
    .map(({ url, error }) => `${url.pathname} (${error.details.status ?? error.code})`);
  const also = others.length === 0 ? '' : ` Also tried: ${others.join(', ')}.`;
  return new OAuthFlowError(
    telling.error.code,
    `The authorization server ${name} has no usable metadata. ${telling.error.message}${also}`,
    telling.error.details,
  );
}

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
 * Reads an issuer's metadata: all candidates are asked side by side and taken by preference, so a later
 * one's success waits for the failure of those before it.
 * @param options.fallback the issuer is the MCP server's own origin, because nothing named one (MCP
 * 2025-03-26): where it has no metadata, the default endpoints are assumed, and as the address is our guess
 * the issuer may call itself with or without the slash at the end
 * @param options.exceptions what the user has accepted: with `issuerMismatch`, metadata that names another
 * issuer, if none names the right one; see {@link identifierOf}
 * @param options.profile what the settings say is known of it; see {@link knownTraits}
 * @throws OAuthFlowError `noAuthorizationServer` where no candidate exists, `issuerMismatch`,
 * `invalidMetadata`, `insecureAddress`, `addressOutOfReach`, `notJson`, and all that {@link boundedFetch} throws
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
 * Whose clients and sign-ins these are: the issuer, and where its metadata is accepted although it names
 * another one, that under which it was found. What a document calls itself could be any other server's name,
 * and its clients and secrets would be sent to the endpoints of this one (RFC 8414 §6.2).
 */
export function identifierOf(as: AuthorizationServer): string {
  const named = as[namedAs];
  return typeof named === 'string' ? named : as.issuer;
}

/**
 * Metadata as the flow can go by it, where a provider is known for saying otherwise: a template stands for the
 * issuer that was asked, and an endpoint for administrators registers nobody.
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

/** True where the server publishes no metadata and the endpoints are those MCP 2025-03-26 assumes. */
export function usesDefaultEndpoints(as: AuthorizationServer): boolean {
  return as[flag] === true;
}

/**
 * Where tokens are asked for.
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

/** One error for all candidates: the one that says most, and what the others answered. */
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

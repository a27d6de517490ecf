import { identifierOf, type AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import {
  deleteRegistration,
  readRegistration,
  registerClient,
  type ClientIdentity,
} from '../../oauth/clientRegistration.js';
import type { HttpContext } from '../../oauth/httpContext.js';
import type { OAuthClient } from '../../oauth/oauthClient.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { shownAddress } from '../../base/displayText.js';
import type { RedirectUris } from '../ports.js';
import { callbackPathFor } from '../callbacks/pendingCallbacks.js';
import {
  clientName,
  type ClientNeed,
  type ClientParts,
  type ClientPlace,
  type ClientWithRedirect,
} from './clientNeed.js';
import type { ClientStore } from './clientStore.js';
import { isUnavailable, RedirectChoice, type ChosenRedirect, type RedirectStep } from './redirectUri.js';

const knownBefore = 'It was registered with this authorization server before.';

/** The client of an earlier sign-in that the next one would use, only looked for. */
export async function registeredBefore(
  need: ClientPlace,
  { redirects, clients }: { readonly clients: ClientStore; readonly redirects: RedirectUris },
): Promise<ClientIdentity | undefined> {
  const issuer = identifierOf(need.as);
  const choice = await RedirectChoice.of(need, 'registered', redirects, await callbackPathFor(need.as));
  const steps = await stepsToTry(choice, issuer, clients);
  const first = await choice.usable(steps).then(
    ({ usable }) => usable[0],
    (error: unknown) => {
      if (!isUnavailable(error)) throw error;
      return undefined;
    },
  );
  const uri = first === undefined ? undefined : await choice.uriOf(first);
  const client = uri === undefined ? undefined : await clients.get(issuer, uri);
  return client === undefined ? undefined : { kind: 'use', client, because: knownBefore };
}

/**
 * The client registered before with the same redirect URI, or a new one; with the next redirect URI if a port is
 * taken or the registration refuses it. After any other refusal, such as too many registrations for now, a client
 * that was registered before with a later one will do.
 *
 * @throws OAuthFlowError `registrationRefused`, `redirectUnavailable`, and what a request can throw
 */
export async function registeredClient(
  need: ClientNeed,
  { redirects, clients }: ClientParts,
  because: string,
  http: HttpContext,
): Promise<ClientWithRedirect> {
  const { as, scopes } = need;
  const issuer = identifierOf(as);
  const choice = await RedirectChoice.of(need, 'registered', redirects, await callbackPathFor(as));
  let taken: OAuthFlowError | undefined;
  let refusal: OAuthFlowError | undefined;
  let mayRegister = true;
  const refusedKinds = new Set<RedirectStep['kind']>();
  for (const step of await stepsToTry(choice, issuer, clients)) {
    // Another port would be refused for the same reason.
    if (refusedKinds.has(step.kind) || (!mayRegister && !step.fixed)) continue;
    const redirect = await choice.open(step).catch((error: unknown) => {
      if (!isUnavailable(error)) throw error;
      taken ??= error;
    });
    if (redirect === undefined) continue;
    try {
      const client = await atRedirect(redirect);
      if (client !== undefined) return client;
    } catch (error) {
      redirect.dispose();
      if (!(error instanceof OAuthFlowError) || error.code !== 'registrationRefused') throw error;
      refusal = error;
      if (mayBeAboutTheRedirect(error)) {
        refusedKinds.add(step.kind);
        if (step.fixed) await clients.noteRefusal(issuer, redirect.uri);
      } else mayRegister = false;
    }
  }
  throw refusal ?? taken ?? new Error('A sign-in needs at least one redirect URI.');

  /** @returns undefined if no client was registered before and none may be registered now */
  async function atRedirect(redirect: ChosenRedirect): Promise<ClientWithRedirect | undefined> {
    const known = redirect.isFixed ? await knownClient(issuer, redirect.uri, clients, http) : undefined;
    if (known !== undefined) {
      return { client: known, redirect, isReused: true, because: knownBefore };
    }
    if (!mayRegister) {
      redirect.dispose();
      return undefined;
    }
    const registration = { redirectUris: [redirect.uri], clientName, scopes };
    const client = withRedirect(await registerClient(as, registration, http), redirect.uri);
    if (client.redirectUris.length === 0) {
      // It will not be used. An authorization server without management keeps it.
      await deleteRegistration(client, http).catch(() => false);
      throw redirectLeftOut(as, redirect.uri);
    }
    if (!redirect.isFixed) {
      return { client: { ...client, isOneTime: true }, redirect, isReused: false, because };
    }
    await clients.put(issuer, redirect.uri, client);
    return { client, redirect, isReused: false, because };
  }
}

/**
 * The redirect URIs to try, without those that this authorization server has refused to register, if a client was
 * registered with another one: that saves a refused registration at every sign-in.
 */
export async function stepsToTry(
  choice: RedirectChoice,
  issuer: string,
  clients: ClientStore,
): Promise<readonly RedirectStep[]> {
  const found = await Promise.all(
    choice.steps.map(async (step) => {
      const uri = await choice.uriOf(step);
      if (uri === undefined) return { step, isKnown: false, isRefused: false };
      const isKnown = (await clients.get(issuer, uri)) !== undefined;
      return { step, isKnown, isRefused: await clients.isRefused(issuer, uri) };
    }),
  );
  const isAnyKnown = found.some(({ isKnown }) => isKnown);
  return found.filter(({ isRefused }) => !(isAnyKnown && isRefused)).map(({ step }) => step);
}

/**
 * RFC 7591 §3.2.2 has `invalid_redirect_uri` for it. Servers in use say any other code of a redirect they do not
 * take, or none, so that another one is tried after every refusal that may be about it.
 */
function mayBeAboutTheRedirect({ details }: OAuthFlowError): boolean {
  const { status, oauthError, field } = details;
  return status === 400 || oauthError === 'invalid_redirect_uri' || field === 'redirect_uris';
}

/**
 * The client with the redirect URI that is used. The response may contain it in the form in which a server stores it:
 * without the port, which varies (RFC 8252 §7.3). The URI is absent if the server omitted it, as it may (RFC 7591
 * §3.2.1).
 */
function withRedirect(client: OAuthClient, uri: string): OAuthClient {
  const isRegistered = client.redirectUris.some((one) => [uri, withoutLoopbackPort(uri)].includes(one));
  return { ...client, redirectUris: isRegistered ? [uri] : [] };
}

function withoutLoopbackPort(uri: string): string {
  return uri.replace(/^(http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])):\d+(?=\/)/, '$1');
}

function redirectLeftOut(as: AuthorizationServer, uri: string): OAuthFlowError {
  return new OAuthFlowError(
    'registrationRefused',
    `${shownAddress(as.issuer)} registered this client without its redirect URI ${shownAddress(new URL(uri))}.`,
    {
      url: shownAddress(as.registration_endpoint ?? as.issuer),
      field: 'redirect_uris',
      fix: 'Register a client manually with the authorization server and enter its client ID.',
    },
  );
}

/**
 * The client that was registered before, if it can still be used. If the server may have forgotten it, the server is
 * asked first, so that no unknown client is used and no known one is abandoned.
 */
async function knownClient(
  issuer: string,
  redirectUri: string,
  clients: ClientStore,
  http: HttpContext,
): Promise<OAuthClient | undefined> {
  const known = await clients.get(issuer, redirectUri);
  if (known === undefined || !(await clients.isDoubted(issuer, redirectUri))) return known;
  const said = await readRegistration(known, http);
  if (said === undefined) return known;
  const current = said === 'gone' ? undefined : withRedirect(said, redirectUri);
  if (current === undefined || current.redirectUris.length === 0) {
    // Forgotten here alone: the sign-ins that were made with it rest on its registration.
    await clients.remove(issuer, redirectUri);
    return undefined;
  }
  await clients.put(issuer, redirectUri, current);
  return current;
}

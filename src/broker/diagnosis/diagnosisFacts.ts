import type { AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import type { ClientIdentity } from '../../oauth/clientRegistration.js';
import { profileOf } from '../../oauth/providerProfiles.js';
import type { ProfileChoice } from '../../oauth/providerTraits.js';
import { traitTexts } from '../../oauth/providerTexts.js';
import { addressOf, displayText, shownAddress } from '../../base/displayText.js';
import type { BearerChallenge } from '../../oauth/wwwAuthenticateChallenge.js';
import type { Discovered } from '../discovery/discovery.js';
import type { DirectGrantName } from '../settings/grant.js';

/** What the present sign-in is like, where there is one; whose it is, the report does not tell. */
export interface PresentSignIn {
  readonly scopes: readonly string[];
  readonly refreshable: boolean;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
}

/** What a step found, as sentences that anybody may read. */
export interface Facts {
  readonly said: readonly string[];
  /** Where it strays from the standard. */
  readonly strays: readonly string[];
}

/** Step 1–2 (RFC 6750 §3, RFC 9728 §5.1). */
export function challengeFacts(challenge: BearerChallenge | 'open' | undefined): Facts {
  if (challenge === 'open') return { said: ['It did not ask for authorization.'], strays: [] };
  if (challenge === undefined) {
    return {
      said: ['It asks for authorization, and does not say how.'],
      strays: ['The refusal has no WWW-Authenticate header with a Bearer challenge (RFC 9110 §11.6.1).'],
    };
  }
  const { resourceMetadata, scopes, error } = challenge;
  return {
    said: [
      resourceMetadata === undefined
        ? 'The challenge names no metadata; the well-known addresses are asked.'
        : `The challenge names ${shownAddress(resourceMetadata)}.`,
      scopes === undefined ? 'It names no scopes.' : `It names the scopes ${words(scopes)}.`,
      ...(error === undefined ? [] : [`It gives the error ${displayText(error) ?? ''}.`]),
    ],
    strays: [],
  };
}

/** Step 3–4 (RFC 9728 §2). */
export function resourceFacts({ resource, issuer, isChoiceOpen }: Discovered): Facts {
  const { authorizationServers, scopesSupported, warnings } = resource;
  const choice = isChoiceOpen ? 'you are asked which at the sign-in' : `taken is ${shownAddress(issuer)}`;
  return {
    said: [
      `Tokens are asked for ${shownAddress(resource.resource)}.`,
      authorizationServers.length === 1
        ? `It names the authorization server ${shownAddress(issuer)}.`
        : `It names ${authorizationServers.length} authorization servers; ${choice}.`,
      scopesSupported === undefined
        ? 'It lists no scopes.'
        : `It lists the scopes ${words(scopesSupported)}.`,
    ],
    strays: warnings,
  };
}

/** Step 5a (RFC 8414 §2). */
export function authorizationServerFacts(
  { as, issuer, policy, identity, scopes }: Discovered,
  grant: DirectGrantName | undefined,
): Facts {
  if (grant === 'editorAccount') {
    const asked = scopes.length === 0 ? 'no scopes in particular' : `the scopes ${words(scopes)}`;
    return {
      said: [
        `Its issuer is ${shownAddress(issuer)}.`,
        identity.because,
        `The editor is asked for a token with ${asked}; nothing is asked of the authorization server here.`,
      ],
      strays: [],
    };
  }
  const offers = (field: string, what: string) => (as[field] === undefined ? [] : [what]);
  const offered = [
    ...offers('registration_endpoint', 'registration of clients'),
    ...(as['client_id_metadata_document_supported'] === true ? ['client ID metadata documents'] : []),
    ...offers('pushed_authorization_request_endpoint', 'pushed authorization requests'),
    ...offers('dpop_signing_alg_values_supported', 'DPoP'),
    ...offers('device_authorization_endpoint', 'device authorization'),
    ...offers('revocation_endpoint', 'revocation'),
    ...offers('userinfo_endpoint', 'the account’s name'),
  ];
  return {
    said: [
      `Its issuer is ${shownAddress(as.issuer)}.`,
      (grant === undefined
        ? `People sign in at ${shownAddress(as.authorization_endpoint ?? as.issuer)}, tokens`
        : 'Tokens') + ` come from ${shownAddress(as.token_endpoint ?? as.issuer)}.`,
      offered.length === 0 ? 'It offers nothing beside that.' : `It offers ${offered.join(', ')}.`,
      ...providerFacts(issuer, policy.profile),
      ...[...policy.exceptions].map((name) => `You have accepted the exception ${name} for it.`),
    ],
    strays: [
      ...(as.issuer === issuer
        ? []
        : [`Its issuer differs from the one that the server names (RFC 8414 §3.3).`]),
      ...(grant !== undefined ? [] : browserStrays(as)),
    ],
  };
}

/** Rules that protect what a browser brings back; where there is none, they are not missed. */
function browserStrays(as: AuthorizationServer): readonly string[] {
  return [
    ...(as.code_challenge_methods_supported?.includes('S256') === true
      ? []
      : ['It does not say that it supports PKCE with S256 (OAuth 2.1 §4.1.1).']),
    ...(as.authorization_response_iss_parameter_supported === true
      ? []
      : [
          'It does not say that it names itself in its callbacks (RFC 9207); allowed, and guarded against otherwise.',
        ]),
  ];
}

/** What is known beforehand of a provider that strays. */
function providerFacts(issuer: string, choice: ProfileChoice = 'auto'): readonly string[] {
  const profile = profileOf(issuer, choice);
  const own = profileOf(issuer);
  if (profile === undefined)
    return own === undefined
      ? []
      : [`What is known of ${own.name} is left out, as oauth.profile of the server says.`];
  return [
    choice === 'auto'
      ? `It is known as ${profile.name}; what the settings of the server say comes first, and oauth.profile can leave all of this out:`
      : `It is taken for ${profile.name}, as oauth.profile of the server says:`,
    ...traitTexts(profile).map(({ sentence, isVerified }) =>
      isVerified ? sentence : `${sentence} (unverified)`,
    ),
  ];
}

/** Step 5b. */
export function identityFacts(identity: ClientIdentity): Facts {
  switch (identity.kind) {
    case 'use':
      return {
        said: [`The client id is ${displayText(identity.client.clientId) ?? ''}.`, identity.because],
        strays: [],
      };
    case 'register':
      return {
        said: ['A client is registered at the sign-in, and not before.', identity.because],
        strays: [],
      };
    case 'ask':
      return { said: ['A client id has to be entered.', identity.because], strays: [] };
  }
}

/** Drawn anew for each sign-in. */
const random = new Map([
  ['state', '(random)'],
  ['nonce', '(random)'],
  ['code_challenge', '(of a random verifier)'],
  ['dpop_jkt', '(of a key made for the sign-in)'],
]);

/**
 * Step 5c: every parameter as it would be sent; what the endpoint's address says itself is not ours to show.
 * @param request.configured names of parameters from the settings, whose values may be anything, secrets too
 */
export function requestFacts(request: {
  readonly url: URL;
  readonly parameters: Readonly<Record<string, string>>;
  readonly isPushed: boolean;
  readonly configured: readonly string[];
}): Facts {
  const { url, parameters, isPushed, configured } = request;
  const shown = (name: string, value: string) =>
    configured.includes(name) ? '(from your settings, not shown)' : (random.get(name) ?? shownValue(value));
  const sent = Object.entries(parameters).map(
    ([name, value]) => `${displayText(name) ?? ''} = ${shown(name, value)}`,
  );
  const said = isPushed
    ? `The browser is sent to ${shownAddress(url)} with a reference to what was sent there before it (RFC 9126):`
    : `The browser is sent to ${shownAddress(url)} with:`;
  return { said: [said, ...sent], strays: [] };
}

/** A resource is the server's address, whose query may hold a key to it. */
export function shownValue(value: string): string {
  const address = addressOf(value);
  if (address === undefined || address.search === '') return displayText(value) ?? '';
  return `${shownAddress(address)}?(not shown)`;
}

/**
 * Steps 6–7 (RFC 6749 §4.1.2, RFC 9207 §2.4).
 * @param redirect where the callback comes to
 */
export function callbackFacts({ as }: Discovered, redirect: readonly string[]): Facts {
  return {
    said: [
      ...redirect,
      'The callback must carry the state of this very sign-in, once.',
      as.authorization_response_iss_parameter_supported === true
        ? `It must name ${shownAddress(as.issuer)} as iss.`
        : `Where it has an iss, that must be ${shownAddress(as.issuer)}.`,
    ],
    strays: [],
  };
}

/** Step 8 (OAuth 2.1 §4.1.3). */
export function tokenRequestFacts({ as, identity, policy }: Discovered): Facts {
  const proof = clientProofFacts(as, identity);
  return {
    said: [
      `The code goes to ${shownAddress(as.token_endpoint ?? as.issuer)} with the verifier${policy.omitResource ? '' : ' and the resource'}.`,
      ...proof.said,
    ],
    strays: proof.strays,
  };
}

/** How the client proves who it is (RFC 6749 §2.3, RFC 8414 §2). */
export function clientProofFacts(as: AuthorizationServer, identity: ClientIdentity): Facts {
  const listed = as.token_endpoint_auth_methods_supported;
  if (identity.kind !== 'use') {
    const methods = words(listed ?? ['client_secret_basic']);
    return { said: [`The client proves itself as it is registered; listed are ${methods}.`], strays: [] };
  }
  const { authMethod } = identity.client;
  if (authMethod !== 'none') return { said: [`The client proves itself by ${authMethod}.`], strays: [] };
  return {
    said: ['The client has no secret and no key: it does not prove itself.'],
    strays:
      listed === undefined || listed.includes('none')
        ? []
        : [`The authorization server lists no place for a client without a secret, but ${words(listed)}.`],
  };
}

/** Steps 9–10, and what comes later. */
export function afterSignIn(
  { as }: Discovered,
  grant: DirectGrantName | undefined,
  present: PresentSignIn | undefined,
  now: number,
): Facts {
  const lasts =
    present?.expiresAt === undefined
      ? 'without a known end'
      : `for ${Math.max(0, Math.round((present.expiresAt - now) / 1000))} s more`;
  if (grant !== undefined) {
    const token =
      present === undefined
        ? 'No token is held now; the next call asks for one.'
        : `A token with the scopes ${words(present.scopes)} is held; it is good ${lasts}, and the next one is asked for by itself.`;
    return { said: [token], strays: [] };
  }
  return {
    said: [
      present === undefined
        ? 'Nobody is signed in now.'
        : `There is a sign-in with the scopes ${words(present.scopes)}; its token is good ${lasts} and ${present.refreshable ? 'renews automatically' : 'cannot be renewed'}.`,
      as.revocation_endpoint === undefined
        ? 'A sign-out cannot revoke tokens there: no revocation endpoint is named.'
        : `A sign-out revokes the tokens at ${shownAddress(as.revocation_endpoint)}.`,
    ],
    strays: [],
  };
}

function words(names: readonly string[]): string {
  const shown = names.slice(0, 30).map((name) => displayText(name) ?? '');
  const more = names.length - shown.length;
  return names.length === 0 ? '(none)' : shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

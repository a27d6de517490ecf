import type { AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import type { ClientIdentity } from '../../oauth/clientRegistration.js';
import { profileOf } from '../../oauth/providerProfiles.js';
import type { ProfileChoice } from '../../oauth/providerTraits.js';
import { traitTexts } from '../../oauth/providerTexts.js';
import { addressOf, displayText, shownAddress } from '../../base/displayText.js';
import type { BearerChallenge } from '../../oauth/wwwAuthenticateChallenge.js';
import type { Discovered } from '../discovery/discovery.js';
import type { DirectGrantName } from '../settings/grant.js';

/** The present sign-in, if there is one. The report does not name its account. */
export interface PresentSignIn {
  readonly scopes: readonly string[];
  readonly refreshable: boolean;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
}

/** What a step found, as sentences that anybody may read. */
export interface Facts {
  readonly said: readonly string[];
  /** Deviations from the standard. */
  readonly strays: readonly string[];
}

/** Step 1–2 (RFC 6750 §3, RFC 9728 §5.1). */
export function challengeFacts(challenge: BearerChallenge | 'open' | undefined): Facts {
  if (challenge === 'open') return { said: ['The server did not ask for authorization.'], strays: [] };
  if (challenge === undefined) {
    return {
      said: ['The server asks for authorization but does not describe how.'],
      strays: ['The refusal has no WWW-Authenticate header with a Bearer challenge (RFC 9110 §11.6.1).'],
    };
  }
  const { resourceMetadata, scopes, error } = challenge;
  return {
    said: [
      resourceMetadata === undefined
        ? 'The challenge names no metadata, so the well-known addresses are tried.'
        : `The challenge names ${shownAddress(resourceMetadata)}.`,
      scopes === undefined ? 'It names no scopes.' : `It names the scopes ${words(scopes)}.`,
      ...(error === undefined ? [] : [`It reports the error ${displayText(error) ?? ''}.`]),
    ],
    strays: [],
  };
}

/** Step 3–4 (RFC 9728 §2). */
export function resourceFacts({ resource, issuer, isChoiceOpen }: Discovered): Facts {
  const { authorizationServers, scopesSupported, warnings } = resource;
  const choice = isChoiceOpen ? 'you choose one when you sign in' : `${shownAddress(issuer)} is used`;
  return {
    said: [
      `Tokens are requested for ${shownAddress(resource.resource)}.`,
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
    const asked = scopes.length === 0 ? 'no specific scopes' : `the scopes ${words(scopes)}`;
    return {
      said: [
        `Its issuer is ${shownAddress(issuer)}.`,
        identity.because,
        `The token comes from the editor, with ${asked}. The authorization server is not contacted from here.`,
      ],
      strays: [],
    };
  }
  const offers = (field: string, what: string) => (as[field] === undefined ? [] : [what]);
  const offered = [
    ...offers('registration_endpoint', 'client registration'),
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
        ? `Users sign in at ${shownAddress(as.authorization_endpoint ?? as.issuer)}, tokens`
        : 'Tokens') + ` come from ${shownAddress(as.token_endpoint ?? as.issuer)}.`,
      offered.length === 0 ? 'It supports nothing else.' : `It also supports ${offered.join(', ')}.`,
      ...providerFacts(issuer, policy.profile),
      ...[...policy.exceptions].map((name) => `You accepted the exception ${name} for it.`),
    ],
    strays: [
      ...(as.issuer === issuer
        ? []
        : [`Its issuer differs from the one that the server names (RFC 8414 §3.3).`]),
      ...(grant !== undefined ? [] : browserStrays(as)),
    ],
  };
}

/** Rules that protect what a browser brings back. They do not apply if there is no browser. */
function browserStrays(as: AuthorizationServer): readonly string[] {
  return [
    ...(as.code_challenge_methods_supported?.includes('S256') === true
      ? []
      : ['It does not advertise PKCE with S256 (OAuth 2.1 §4.1.1).']),
    ...(as.authorization_response_iss_parameter_supported === true
      ? []
      : [
          'It does not advertise the iss parameter in callbacks (RFC 9207). This is allowed, and mix-up attacks are prevented in other ways.',
        ]),
  ];
}

/** The profile of a known provider. */
function providerFacts(issuer: string, choice: ProfileChoice = 'auto'): readonly string[] {
  const profile = profileOf(issuer, choice);
  const own = profileOf(issuer);
  if (profile === undefined)
    return own === undefined
      ? []
      : [`The known behavior of ${own.name} is ignored, because of oauth.profile in the server’s settings.`];
  return [
    choice === 'auto'
      ? `It is recognized as ${profile.name}. The server’s settings take precedence, and oauth.profile can turn all of this off:`
      : `It is treated as ${profile.name}, because of oauth.profile in the server’s settings:`,
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
        said: [`The client ID is ${displayText(identity.client.clientId) ?? ''}.`, identity.because],
        strays: [],
      };
    case 'register':
      return {
        said: ['A client is registered when you sign in.', identity.because],
        strays: [],
      };
    case 'ask':
      return { said: ['A client ID must be entered.', identity.because], strays: [] };
  }
}

/** Random for each sign-in. */
const random = new Map([
  ['state', '(random)'],
  ['nonce', '(random)'],
  ['code_challenge', '(of a random verifier)'],
  ['dpop_jkt', '(of a key generated for the sign-in)'],
]);

/**
 * Step 5c: every parameter as it would be sent. The query of the endpoint itself is not shown.
 *
 * @param request.configured names of parameters from the settings, whose values may be secret
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
    ? `The browser is sent to ${shownAddress(url)} with a reference to the request that was pushed there before (RFC 9126):`
    : `The browser is sent to ${shownAddress(url)} with:`;
  return { said: [said, ...sent], strays: [] };
}

/** A resource is the server's address, whose query may contain a key. */
export function shownValue(value: string): string {
  const address = addressOf(value);
  if (address === undefined || address.search === '') return displayText(value) ?? '';
  return `${shownAddress(address)}?(not shown)`;
}

/**
 * Steps 6–7 (RFC 6749 §4.1.2, RFC 9207 §2.4).
 *
 * @param redirect the target of the callback
 */
export function callbackFacts({ as }: Discovered, redirect: readonly string[]): Facts {
  return {
    said: [
      ...redirect,
      'The callback must contain the state of this sign-in, exactly once.',
      as.authorization_response_iss_parameter_supported === true
        ? `It must name ${shownAddress(as.issuer)} as iss.`
        : `If it has an iss, it must be ${shownAddress(as.issuer)}.`,
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

/** How the client authenticates (RFC 6749 §2.3, RFC 8414 §2). */
export function clientProofFacts(as: AuthorizationServer, identity: ClientIdentity): Facts {
  const listed = as.token_endpoint_auth_methods_supported;
  if (identity.kind !== 'use') {
    const methods = words(listed ?? ['client_secret_basic']);
    return {
      said: [`The client authenticates as registered; supported methods are ${methods}.`],
      strays: [],
    };
  }
  const { authMethod } = identity.client;
  if (authMethod !== 'none') return { said: [`The client authenticates with ${authMethod}.`], strays: [] };
  return {
    said: ['The client has no secret and no key, so it does not authenticate.'],
    strays:
      listed === undefined || listed.includes('none')
        ? []
        : [
            `The authorization server does not list support for a client without a secret; it lists ${words(listed)}.`,
          ],
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
      ? 'without a known expiry'
      : `for another ${Math.max(0, Math.round((present.expiresAt - now) / 1000))} s`;
  if (grant !== undefined) {
    const token =
      present === undefined
        ? 'There is no token now; the next call requests one.'
        : `There is a token with the scopes ${words(present.scopes)}. It is valid ${lasts}, and the next one is requested automatically.`;
    return { said: [token], strays: [] };
  }
  return {
    said: [
      present === undefined
        ? 'You are not signed in.'
        : `You are signed in with the scopes ${words(present.scopes)}. The token is valid ${lasts} and ${present.refreshable ? 'renews automatically' : 'cannot be renewed'}.`,
      as.revocation_endpoint === undefined
        ? 'Signing out cannot revoke tokens there, because the metadata names no revocation endpoint.'
        : `Signing out revokes the tokens at ${shownAddress(as.revocation_endpoint)}.`,
    ],
    strays: [],
  };
}

function words(names: readonly string[]): string {
  const shown = names.slice(0, 30).map((name) => displayText(name) ?? '');
  const more = names.length - shown.length;
  return names.length === 0 ? '(none)' : shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

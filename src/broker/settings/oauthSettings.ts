import { authenticationProviders } from './authenticationProviders.js';
import { isObject } from '../../oauth/jsonResponse.js';
import { profileChoices, type ProfileChoice } from '../../oauth/providerTraits.js';
import { addressOf, isSecureAddress } from '../../base/displayText.js';
import { isScopeToken } from '../../oauth/wwwAuthenticateChallenge.js';
import { secretFieldFault } from './secretFields.js';

/** A rule that a server's providers are known to fall short of; each counts only once the user accepted it. */
export const exceptionNames = ['pkceNotAdvertised', 'issuerMismatch'] as const;
export type ExceptionName = (typeof exceptionNames)[number];

/** How tokens are obtained; all but the first need no browser. */
const grantNames = ['authorizationCode', 'clientCredentials', 'jwtBearer', 'enterpriseManaged'] as const;
const usualGrant: GrantName = 'authorizationCode';
export type GrantName = (typeof grantNames)[number];

const redirectNames = ['auto', 'uriHandler', 'loopback'] as const;
export type RedirectName = (typeof redirectNames)[number];

/** How to sign in, if discovery isn't enough. Nothing of it is secret. */
export interface OAuthSettings {
  /** The id of a client registered by hand. */
  readonly clientId?: string;
  /** Asked for exactly, instead of those the server names. */
  readonly scopes?: readonly string[];
  /** The issuer to use, if the server names several. */
  readonly authorizationServer?: string;
  /** Sent as `audience`, which some providers require in addition to `resource` or instead of it. */
  readonly audience?: string;
  /** Leaves `resource` (RFC 8707) out, towards providers that refuse it. */
  readonly omitResource?: boolean;
  /** Further parameters of the authorization request. */
  readonly extraParameters?: Readonly<Record<string, string>>;
  readonly redirect?: RedirectName;
  /** The port of the loopback redirect URI, if the provider compares it. */
  readonly loopbackPort?: number;
  /** The path of the loopback redirect URI, with its slash. */
  readonly loopbackPath?: string;
  readonly exceptions?: readonly ExceptionName[];
  /** The provider whose profile applies; if absent, that of the issuer. */
  readonly profile?: ProfileChoice;
  readonly grant?: GrantName;
  /** The location of the assertion for `jwtBearer`: an absolute path, or one that begins with a variable. */
  readonly assertionFile?: string;
  /** The editor's authentication provider whose account is used instead of a sign-in of our own. */
  readonly authenticationProvider?: string;
}

type Report = (field: string, message: string) => void;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What this client puts into the authorization request itself; another value would undo its protection. */
const ownParameters = new Set([
  ...['response_type', 'response_mode', 'client_id', 'redirect_uri', 'scope', 'state', 'nonce'],
  ...[
    'code_challenge',
    'code_challenge_method',
    'resource',
    'audience',
    'request',
    'request_uri',
    'dpop_jkt',
  ],
]);

type Reader<T> = (value: unknown) => { readonly value: T } | { readonly problem: string };

const text =
  (problem: string): Reader<string> =>
  (value) =>
    typeof value === 'string' && value.trim() !== '' ? { value: value.trim() } : { problem };

const oneOf =
  <T extends string>(field: string, names: readonly T[]): Reader<T> =>
  (value) => {
    const found = names.find((name) => name === value);
    return found === undefined ? { problem: `${field} must be one of ${quoted(names)}.` } : { value: found };
  };

const readers: { readonly [K in keyof OAuthSettings]-?: Reader<NonNullable<OAuthSettings[K]>> } = {
  clientId: text('clientId must be the client ID that the authorization server gave you, as text.'),
  scopes: (value) =>
    isList(value) && value.every(isScopeToken)
      ? { value }
      : { problem: 'scopes must be a list of scope names, each without spaces.' },
  authorizationServer: (value) => {
    const address = addressOf(value);
    return typeof value === 'string' && address !== undefined && isSecureAddress(address)
      ? { value }
      : { problem: 'authorizationServer must be the issuer, an address that starts with https://.' };
  },
  audience: text('audience must be the audience that the provider expects, as text.'),
  omitResource: (value) =>
    typeof value === 'boolean' ? { value } : { problem: 'omitResource must be true or false.' },
  extraParameters: readExtraParameters,
  redirect: oneOf('redirect', redirectNames),
  loopbackPort: (value) =>
    Number.isInteger(value) && Number(value) >= 1024 && Number(value) <= 65_535
      ? { value: Number(value) }
      : { problem: 'loopbackPort must be a port number from 1024 to 65535.' },
  loopbackPath: (value) =>
    typeof value === 'string' && /^\/[\w\-./]{0,200}$/.test(value) && !/\/\.\.?(\/|$)/.test(value)
      ? { value }
      : { problem: 'loopbackPath must be a path such as /callback.' },
  exceptions: (value) => {
    if (!isList(value)) return { problem: 'exceptions must be a list of names.' };
    const known = exceptionNames.filter((name) => value.includes(name));
    const unknown = value.find((name) => !(exceptionNames as readonly string[]).includes(name));
    return unknown === undefined
      ? { value: known }
      : { problem: `exceptions can contain ${quoted(exceptionNames)}, not “${shorten(unknown)}”.` };
  },
  profile: oneOf('profile', profileChoices),
  grant: oneOf('grant', grantNames),
  assertionFile: (value) =>
    typeof value === 'string' && absolutePath.test(value)
      ? { value }
      : {
          problem:
            'assertionFile must be the absolute path of a file, or start with a variable such as ${env:AZURE_FEDERATED_TOKEN_FILE}.',
        },
  authenticationProvider: oneOf(
    'authenticationProvider',
    authenticationProviders.map(({ id }) => id),
  ),
};

/** On POSIX, on Windows, or below what an environment variable of this process holds. */
const absolutePath = /^(\/|[A-Za-z]:[\\/]|\\\\|\$\{env:[A-Za-z_]\w*\})/;

/**
 * Parses the `oauth` object of a server's entry.
 *
 * @param report called with each unusable field, below `oauth.`, and how to correct it
 */
export function parseOAuthSettings(value: unknown, report: Report): OAuthSettings {
  if (value === undefined) return {};
  if (!isObject(value)) {
    report('oauth', 'oauth must be an object such as { "clientId": "…" }.');
    return {};
  }
  const settings: Mutable<OAuthSettings> = {};
  for (const [field, given] of Object.entries(value)) {
    // A known field is no secret, such as the path of a file that contains one.
    if (!isField(field)) {
      const unknown = `“${field}” is not a known field. Known fields: ${Object.keys(readers).join(', ')}.`;
      report(`oauth.${field}`, secretFieldFault(field, 'server') ?? unknown);
    } else {
      const read = readers[field](given);
      if ('problem' in read) report(`oauth.${field}`, read.problem);
      else Object.assign(settings, { [field]: read.value });
    }
  }
  if (settings.authenticationProvider !== undefined && (settings.grant ?? usualGrant) !== usualGrant) {
    report(
      'oauth.authenticationProvider',
      `authenticationProvider and grant cannot be used together. Remove one of them.`,
    );
  }
  // An unusable value has already been reported.
  if (settings.grant === 'jwtBearer' && value['assertionFile'] === undefined) {
    report(
      'oauth.assertionFile',
      'The grant "jwtBearer" needs assertionFile, the absolute path of the file with the workload’s assertion.',
    );
  }
  return settings;
}

function isField(field: string): field is keyof OAuthSettings {
  return Object.hasOwn(readers, field);
}

function readExtraParameters(value: unknown): ReturnType<Reader<Readonly<Record<string, string>>>> {
  if (!isObject(value)) return { problem: 'extraParameters must be an object: parameter name → text.' };
  const parameters: [string, string][] = [];
  for (const [name, given] of Object.entries(value)) {
    if (ownParameters.has(name.toLowerCase()))
      return { problem: `extraParameters cannot contain “${shorten(name)}”, because the broker sets it.` };
    const fault = secretFieldFault(shorten(name), 'server');
    if (fault !== undefined) return { problem: fault };
    if (typeof given !== 'string' || name === '')
      return { problem: `extraParameters.${shorten(name)} must be text.` };
    parameters.push([name, given]);
  }
  return { value: Object.fromEntries(parameters) };
}

function isList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

/** Text from the settings, short enough for a sentence. */
export function shorten(given: string): string {
  return given.length > 60 ? `${given.slice(0, 57)}…` : given;
}

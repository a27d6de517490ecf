import { isObject } from '../../oauth/jsonResponse.js';
import { addressOf, isSecureAddress } from '../../base/displayText.js';
import { secretFieldFault } from './secretFields.js';
import type { ServerConfig, SettingProblem } from './serverSettings.js';

/** The organization's identity provider, as the user configured it. Nothing of it is secret. */
export interface IdentityProviderConfig {
  readonly issuer: string;
  /** Our client ID there. */
  readonly clientId: string;
}

export interface ParsedIdentityProvider {
  readonly identityProvider?: IdentityProviderConfig;
  readonly problems: readonly SettingProblem[];
}

const setting = 'enterpriseIdentityProvider';
const fields = ['issuer', 'clientId'];

/** Reads the value of `mcpOAuthBroker.enterpriseIdentityProvider`; with any problem there is none. */
export function parseIdentityProvider(value: unknown): ParsedIdentityProvider {
  const problems: SettingProblem[] = [];
  const report = (field: string, message: string) => problems.push({ server: setting, field, message });
  if (value === undefined || value === null) return { problems };
  if (!isObject(value)) {
    report('', 'It must be an object such as { "issuer": "https://…", "clientId": "…" }.');
    return { problems };
  }
  if (Object.keys(value).length === 0) return { problems };
  for (const field of Object.keys(value).filter((name) => !fields.includes(name))) {
    const unknown = `“${field}” is not a known field. Known fields: ${fields.join(', ')}.`;
    report(field, secretFieldFault(field, 'identityProvider') ?? unknown);
  }
  const { issuer, clientId } = value;
  const address = addressOf(issuer);
  const isIssuer =
    typeof issuer === 'string' &&
    address !== undefined &&
    isSecureAddress(address) &&
    !/[?#]/.test(issuer) &&
    address.username + address.password === '';
  if (!isIssuer) {
    report(
      'issuer',
      'issuer must be the issuer that your organization signs in with, an address that starts with https://.',
    );
  }
  if (typeof clientId !== 'string' || clientId.trim() === '') {
    report('clientId', 'clientId must be the client ID that your organization registered, as text.');
  } else if (isIssuer && problems.length === 0) {
    return { identityProvider: { issuer, clientId: clientId.trim() }, problems };
  }
  return { problems };
}

/**
 * The identity provider in the form that sign-in, refresh, and sign-out use. Its issuer takes the place of a server's
 * address, and its tokens are sent only there.
 */
export function identityProviderAsServer({ issuer, clientId }: IdentityProviderConfig): ServerConfig {
  return {
    name: new URL(issuer).host,
    url: issuer,
    headers: {},
    oauth: { clientId, authorizationServer: issuer },
    isIdentityProvider: true,
  };
}

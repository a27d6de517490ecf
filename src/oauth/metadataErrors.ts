import { displayText, shownAddress } from '../base/displayText.js';
import { unusableDocument } from './flowErrors.js';
import { OAuthFlowError } from './oauthFlowError.js';

/*
 * The errors of discovery (RFC 9728, RFC 8414), each by its name: what a server publishes of itself cannot be used.
 */

/** @param url of the protected resource metadata (RFC 9728 §3.2) */
export function invalidResourceMetadata(url: URL, field: string, problem: string): OAuthFlowError {
  return unusableDocument(`The protected resource metadata at ${shownAddress(url)}`, url, {
    field,
    problem,
    fix: `Ask the administrator of ${url.host} to fix it.`,
  });
}

export function resourceMetadataUnavailable(url: URL, status: number, server: URL): OAuthFlowError {
  return new OAuthFlowError(
    'unexpectedStatus',
    `The protected resource metadata at ${shownAddress(url)} could not be read: status ${status}.`,
    {
      url: shownAddress(url),
      status,
      fix:
        status >= 400 && status <= 499
          ? `Ask the administrator of ${server.host} to publish it at the address that the challenge names.`
          : tryLater(url),
    },
  );
}

/** RFC 9728 §3.3 */
export function resourceMismatch(url: URL, resource: string, server: URL): OAuthFlowError {
  return new OAuthFlowError(
    'resourceMismatch',
    `The metadata at ${shownAddress(url)} is for "${displayText(resource) ?? ''}", not for ${shownAddress(server)}.`,
    { url: shownAddress(url), field: 'resource', fix: 'Check the address of the server.' },
  );
}

export function noAuthorizationServerNamed(url: URL, field: string): OAuthFlowError {
  return new OAuthFlowError(
    'noAuthorizationServer',
    `The protected resource metadata at ${shownAddress(url)} names no authorization server.`,
    {
      url: shownAddress(url),
      field,
      fix: `Ask the administrator of ${url.host} to name it there as "${field}".`,
    },
  );
}

export function insecureIssuer(url: URL, issuer: URL, field: string): OAuthFlowError {
  return new OAuthFlowError(
    'insecureAddress',
    `The metadata at ${shownAddress(url)} names the authorization server ${shownAddress(issuer)}, which is neither https nor on this machine.`,
    {
      url: shownAddress(issuer),
      field,
      fix: `Ask the administrator of ${url.host} to name an https address.`,
    },
  );
}

/** @param url of the authorization server metadata (RFC 8414 §3.2) */
export function invalidServerMetadata(url: URL, field: string, problem: string): OAuthFlowError {
  return unusableDocument(serverMetadata(url), url, {
    field,
    problem,
    fix: `Ask the administrator of ${url.host} to fix "${field}" in its metadata.`,
  });
}

/** RFC 8414 §3.3 */
export function issuerMismatch(url: URL, issuer: string, expected: string | undefined): OAuthFlowError {
  return new OAuthFlowError(
    'issuerMismatch',
    `${serverMetadata(url)} names the issuer "${displayText(issuer) ?? ''}" instead of "${displayText(expected) ?? ''}".`,
    {
      url: shownAddress(url),
      field: 'issuer',
      fix: `Ask the administrator of ${url.host} to publish the issuer that the MCP server names. A sign-in, or a check of a server without sign-in, asks you once whether to continue anyway.`,
    },
  );
}

export function insecureEndpoint(url: URL, endpoint: URL, field: string): OAuthFlowError {
  return new OAuthFlowError(
    'insecureAddress',
    `${serverMetadata(url)} names ${shownAddress(endpoint)} as "${field}", which is neither https nor on this machine.`,
    {
      url: shownAddress(endpoint),
      field,
      fix: `Ask the administrator of ${url.host} to publish an https address.`,
    },
  );
}

export function invalidIssuer(issuer: string): OAuthFlowError {
  return new OAuthFlowError('invalidMetadata', `"${displayText(issuer) ?? ''}" is not a valid issuer URL.`, {
    field: 'issuer',
    fix: 'Tell the MCP server’s administrator to name the issuer in its metadata.',
  });
}

export function missingEndpoint(issuer: string, field: string): OAuthFlowError {
  return new OAuthFlowError('invalidMetadata', `${shownAddress(issuer)} has no "${field}".`, {
    url: shownAddress(issuer),
    field,
    fix: `Ask its administrator to publish "${field}".`,
  });
}

export function serverMetadataUnavailable(url: URL, status: number): OAuthFlowError {
  return new OAuthFlowError('unexpectedStatus', `${shownAddress(url)} returned status ${status}.`, {
    url: shownAddress(url),
    status,
    fix: tryLater(url),
  });
}

/** @param asked the addresses at which its metadata was requested */
export function noServerMetadata(issuer: string, asked: readonly string[]): OAuthFlowError {
  const url = shownAddress(issuer);
  return new OAuthFlowError(
    'noAuthorizationServer',
    `The authorization server ${url} publishes no metadata at ${asked.join(', ')}.`,
    {
      url,
      fix: 'Ask the MCP server’s administrator whether users still sign in there. That server must publish its metadata (RFC 8414).',
    },
  );
}

function serverMetadata(url: URL): string {
  return `The authorization server metadata at ${shownAddress(url)}`;
}

function tryLater(url: URL): string {
  return `Try again later. If the problem persists, tell the administrator of ${url.host}.`;
}

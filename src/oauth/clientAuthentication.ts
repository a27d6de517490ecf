import { clientCannotAuthenticate } from './flowErrors.js';
import * as oauth from 'oauth4webapi';
import { identifierOf } from './authorizationServerMetadata.js';
import { boundedFetch } from './boundedFetch.js';
import { signingKey } from './clientKey.js';
import type { OAuthClient } from './oauthClient.js';
import type { HttpContext } from './httpContext.js';
import { addressOf } from '../base/displayText.js';

/** How the client proves itself at the token and revocation endpoints (RFC 6749 §2.3). */
export function clientAuthentication(client: OAuthClient): oauth.ClientAuth {
  switch (client.authMethod) {
    case 'none':
      return oauth.None();
    case 'client_secret_basic':
      return clientSecretBasic(client);
    case 'client_secret_post':
      return oauth.ClientSecretPost(secretOf(client));
    case 'private_key_jwt':
      return privateKeyJwt(client);
  }
}

/**
 * RFC 6749 §2.3.1, form-encoded as forms are (WHATWG URL §5.2): that leaves `-`, `.` and `_` alone, which the
 * library encodes and servers that do not decode take for another client.
 */
function clientSecretBasic(client: OAuthClient): oauth.ClientAuth {
  const encoded = (text: string) => new URLSearchParams([['', text]]).toString().slice(1);
  const credentials = `${encoded(client.clientId)}:${encoded(secretOf(client))}`;
  return (_as, _client, _body, headers) => headers.set('authorization', `Basic ${btoa(credentials)}`);
}

/** RFC 7523 §2.2 */
function privateKeyJwt({ clientId, clientKey }: OAuthClient): oauth.ClientAuth {
  if (clientKey === undefined) {
    throw clientCannotAuthenticate(clientId, 'key');
  }
  return async (as, client, body, headers) => {
    const key = await signingKey(clientKey);
    const { algorithm: alg, kid } = clientKey;
    const authenticate = oauth.PrivateKeyJwt(kid === undefined ? key : { key, kid }, {
      [oauth.modifyAssertion]: (header, claims) => {
        // RFC 9864 introduces another name for EdDSA. Servers know the older one.
        header['alg'] = alg;
        claims['aud'] = audienceOf(as);
      },
    });
    await authenticate(as, client, body, headers);
  };
}

/**
 * The audience of the assertion: only the issuer, so that no other server can use it. If metadata is accepted that
 * names another issuer than the requested one (RFC 8414 §6.2), that issuer is used only within the same origin: it
 * could name any server, to replay the assertion there.
 */
function audienceOf(as: oauth.AuthorizationServer): string {
  const asked = identifierOf(as);
  return addressOf(as.issuer)?.origin === addressOf(asked)?.origin ? as.issuer : asked;
}

function secretOf(client: OAuthClient): string {
  if (client.clientSecret !== undefined) return client.clientSecret.expose();
  throw clientCannotAuthenticate(client.clientId, 'secret');
}

/**
 * The client in the library's form.
 *
 * @param now returns milliseconds since the epoch, to check ID tokens
 */
export function libraryClient(client: OAuthClient, now?: () => number): oauth.Client {
  const skew = now === undefined ? 0 : Math.round((now() - Date.now()) / 1000);
  return { client_id: client.clientId, [oauth.clockSkew]: skew };
}

/* eslint-disable @typescript-eslint/no-deprecated -- marked so to stand out: boundedFetch does the check
   itself, because http is allowed on loopback and the library knows all or nothing. */
/** Sends the library's requests through {@link boundedFetch}. */
export function libraryRequest(http: HttpContext): {
  [oauth.customFetch]: (url: string, init: object) => Promise<Response>;
  [oauth.allowInsecureRequests]: true;
} {
  return {
    [oauth.customFetch]: (url, init) => boundedFetch(url, init, http),
    [oauth.allowInsecureRequests]: true,
  };
}

import { callbackPath } from '../callbacks/pendingCallbacks.js';
import { usualLoopbackPort } from '../settings/signInPolicy.js';

/**
 * The client ID metadata document to be hosted at `url`, which then is the client's id. It names no secret and
 * no key: anybody may read it.
 *
 * @param editors the redirect URIs of the editors it is to serve, such as `vscode://publisher.name/callback`
 * @see OAuth Client ID Metadata Document (draft-ietf-oauth-client-id-metadata-document), RFC 7591 §2
 */
export function clientMetadataDocument(
  url: string,
  client: { readonly name: string; readonly editors: readonly string[] },
): Readonly<Record<string, unknown>> {
  return {
    client_id: url,
    client_name: client.name,
    client_uri: new URL(url).origin,
    application_type: 'native',
    redirect_uris: [
      ...client.editors,
      // RFC 8252 §7.3 lets the port vary. A server that compares it nevertheless finds the one that is tried first.
      `http://127.0.0.1${callbackPath}`,
      `http://127.0.0.1:${usualLoopbackPort}${callbackPath}`,
    ],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
}

/** Why an address cannot be a document's: the draft wants https, a path, and neither fragment nor credentials. */
export function clientMetadataUrlFault(text: string): string | undefined {
  if (!URL.canParse(text)) return 'Enter the whole address, such as https://example.com/mcp-client.json.';
  const url = new URL(text);
  if (url.protocol !== 'https:') return 'The address of a client metadata document must start with https://.';
  if (url.pathname === '/') return 'The address of a client metadata document must have a path.';
  if (url.hash !== '' || url.username !== '' || url.password !== '') {
    return 'The address of a client metadata document cannot contain a fragment, user name, or password.';
  }
  return undefined;
}

import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import type { RedirectUri, RedirectUris } from '../ports.js';
import type { SignInPolicy } from '../settings/signInPolicy.js';

/** A redirect URI, and whether it is the same at the next sign-in. */
export type ChosenRedirect = RedirectUri & { readonly fixed: boolean };

/** Opens a redirect URI; undefined where this editor has none of the kind. */
export type RedirectOpener = (path: string) => Promise<ChosenRedirect | undefined>;

/** The redirect URIs a sign-in may use, in the order they are tried. */
export function redirectOpeners(policy: SignInPolicy, redirects: RedirectUris): readonly RedirectOpener[] {
  const handler: RedirectOpener = (path) => redirects.uriHandler(path);
  const loopback = loopbackOpener(policy, redirects);
  switch (policy.redirect) {
    case 'auto':
      return [handler, loopback];
    case 'uriHandler':
      return [handler];
    case 'loopback':
      return [loopback];
  }
}

function loopbackOpener(policy: SignInPolicy, redirects: RedirectUris): RedirectOpener {
  const { loopbackPort: port, loopbackPath } = policy;
  return async (path) => ({
    ...(await loopbackOf(policy, redirects, loopbackPath ?? path, port)),
    fixed: port !== undefined,
  });
}

/** A loopback redirect URI, with the name of this machine that the provider takes. */
async function loopbackOf(
  { loopbackHost }: SignInPolicy,
  redirects: RedirectUris,
  path: string,
  port?: number,
): Promise<RedirectUri> {
  const redirect = await redirects.loopback(path, port);
  if (loopbackHost === undefined) return redirect;
  return { ...redirect, uri: redirect.uri.replace('//127.0.0.1', `//${loopbackHost}`) };
}

/**
 * The redirect URIs a sign-in may use that are the same at every one, in the order they are tried. Nothing
 * listens at them for that.
 */
export async function fixedRedirectUris(
  policy: SignInPolicy,
  redirects: Pick<RedirectUris, 'uriHandler'>,
  path: string,
): Promise<readonly string[]> {
  const uris: string[] = [];
  if (policy.redirect !== 'loopback') {
    const handler = await redirects.uriHandler(path);
    handler?.dispose();
    if (handler?.fixed === true) uris.push(handler.uri);
  }
  const { loopbackHost = '127.0.0.1', loopbackPort, loopbackPath = path } = policy;
  if (policy.redirect !== 'uriHandler' && loopbackPort !== undefined)
    uris.push(`http://${loopbackHost}:${loopbackPort}${loopbackPath}`);
  return uris;
}

/**
 * The redirect URI of a client that was not registered by us: its addresses are fixed, so an editor's that
 * changes at each sign-in is used only where the settings insist on it. A document names the loopback port of
 * its own beside any port (RFC 8252 §7.3), for authorization servers that compare it.
 *
 * @param documentPort where the client's document names one
 * @throws OAuthFlowError `redirectUnavailable`, and what opening a redirect URI throws
 */
export async function redirectOfKnownClient(
  policy: SignInPolicy,
  redirects: RedirectUris,
  path: string,
  documentPort?: number,
): Promise<RedirectUri> {
  if (policy.redirect !== 'loopback') {
    const handler = await redirects.uriHandler(path);
    if (handler?.fixed === true || (handler !== undefined && policy.redirect === 'uriHandler'))
      return handler;
    handler?.dispose();
    if (policy.redirect === 'uriHandler') throw redirectUnavailable();
  }
  const { loopbackPath = path, loopbackPort } = policy;
  if (loopbackPort !== undefined || documentPort === undefined)
    return loopbackOf(policy, redirects, loopbackPath, loopbackPort);
  try {
    return await loopbackOf(policy, redirects, loopbackPath, documentPort);
  } catch (error) {
    if (!(error instanceof OAuthFlowError) || error.code !== 'redirectUnavailable') throw error;
    return loopbackOf(policy, redirects, loopbackPath);
  }
}

export function redirectUnavailable(): OAuthFlowError {
  return new OAuthFlowError(
    'redirectUnavailable',
    'The settings ask for the editor’s own callback address, and there is none here.',
    { field: 'oauth.redirect', fix: 'Set oauth.redirect to "auto" or "loopback".' },
  );
}

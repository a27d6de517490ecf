import { buildAuthorizationRequest, type PendingAuthorization } from '../../../oauth/authorizationRequest.js';
import { dpopBinding } from '../../../oauth/dpop.js';
import type { HttpContext } from '../../../oauth/httpContext.js';
import { pushedWhereRequired } from '../../../oauth/pushedAuthorizationRequest.js';
import { withSessionScopes } from '../../../oauth/scopes.js';
import type { ClientWithRedirect } from '../../clients/clientNeed.js';
import type { Discovered } from '../../discovery/discovery.js';
import type { ServerConfig } from '../../settings/serverSettings.js';
import type { SignInRequest } from '../signIn.js';
import { audienceParameter, resourceParameter } from '../../settings/signInPolicy.js';

/**
 * The scopes of a sign-in: those it was begun for, and what makes it last; or what discovery chose. Configured
 * scopes are asked for exactly, and so are those a user chose.
 */
export function askedScopes(
  found: Discovered,
  { scopes, isExact }: { readonly scopes?: readonly string[] | undefined; readonly isExact?: boolean },
): readonly string[] {
  if (scopes === undefined) return found.scopes;
  if (isExact === true || found.policy.scopes !== undefined) return scopes;
  return withSessionScopes(scopes, found.as, true, found.policy.furtherScopes);
}

/** Step 5c, as the policy of the sign-in has it: the address the browser is sent to, and what to remember. */
export async function askAuthorization(
  server: ServerConfig,
  found: Discovered,
  { client, redirect }: ClientWithRedirect,
  { scopes, anotherAccount, choosesAccount }: SignInRequest & { readonly scopes: readonly string[] },
  http: HttpContext,
): Promise<{ readonly url: URL; readonly pending: PendingAuthorization }> {
  const { policy, resource } = found;
  const dpop = await dpopBinding({ ...found, overHttpSse: server.type === 'sse' });
  const isChosen = anotherAccount === true || choosesAccount === true;
  const request = await buildAuthorizationRequest({
    as: found.as,
    client,
    redirectUri: redirect.uri,
    ...(redirect.stateSuffix !== undefined && { stateSuffix: redirect.stateSuffix }),
    ...resourceParameter(policy, resource.resource),
    scopes,
    ...audienceParameter(policy, resource.resource),
    ...(dpop !== undefined && { dpop }),
    ...(isChosen && { anotherAccount: { offersChoice: policy.selectsAccount === true } }),
    extraParameters: policy.extraParameters,
    exceptions: { pkceNotAdvertised: policy.exceptions.has('pkceNotAdvertised') },
  });
  return { ...request, url: await pushedWhereRequired(request, http) };
}

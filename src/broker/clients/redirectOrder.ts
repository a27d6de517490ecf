import type { RedirectReach } from '../ports.js';
import type { SignInPolicy } from '../settings/signInPolicy.js';
import { usualLoopbackPort } from './clientMetadataDocument.js';

/**
 * How a client got its redirect URIs: `registered` gets the one we ask for; `document` has those of our client ID
 * metadata document; `preRegistered` has those that somebody entered by hand, which we cannot read.
 */
export type ClientKind = 'registered' | 'document' | 'preRegistered';

/** One kind of redirect URI to try. It is `fixed` if the next sign-in would get the same one. */
export type RedirectStep =
  | { readonly kind: 'uriHandler'; readonly fixed: boolean }
  | { readonly kind: 'loopback'; readonly fixed: true; readonly port: number }
  /** On any free port. */
  | { readonly kind: 'loopback'; readonly fixed: false };

export interface RedirectQuestion {
  readonly reach: RedirectReach;
  readonly policy: Pick<SignInPolicy, 'redirect' | 'loopbackPort' | 'isLoopbackConfigured'>;
  readonly client: ClientKind;
  /** A callback to the editor's own address would be longer than a browser passes on. */
  readonly isTooLong?: boolean;
}

/**
 * The redirect URIs to try for a sign-in, best first; none if the settings insist on one that cannot work here.
 *
 * A loopback address comes first if the browser reaches it, because the editor's own address costs two questions
 * more: the browser's ("Open Visual Studio Code?") and the editor's ("Allow the extension to open this URI?"). VS
 * Code's own sign-ins have the same order (`extensions/github-authentication/src/flows.ts`). A client registered by
 * hand is the exception: a request with a redirect URI that it lacks ends on an error page, so the address is the
 * editor's own unless the settings name a loopback port or path.
 */
export function redirectOrder(question: RedirectQuestion): readonly RedirectStep[] {
  const { reach, policy, client } = question;
  const loopback = loopbackSteps(question);
  switch (policy.redirect) {
    case 'loopback':
      return loopback;
    case 'uriHandler':
      return handlerSteps(reach);
    case 'auto':
      break;
  }
  if (client === 'preRegistered' && policy.isLoopbackConfigured === true) return loopback;
  // The addresses of a client that we did not register now are fixed, so it has none that changes.
  const isUsable = client === 'registered' || reach.handler === 'fixed';
  const handler = isUsable ? handlerSteps(reach) : [];
  const isHandlerFirst =
    client === 'preRegistered' || reach.handler === 'changing' || reach.loopback === 'anotherMachine';
  if (isHandlerFirst) return [...handler, ...loopback];
  if (question.isTooLong === true) return [...loopback, ...handler];
  // Another program may have the usual port. The handler's address is fixed, which a free port is not: a client
  // would be registered for this one sign-in.
  return [...loopback.slice(0, 1), ...handler, ...loopback.slice(1)];
}

function handlerSteps({ handler }: RedirectReach): readonly RedirectStep[] {
  if (handler !== 'fixed' && handler !== 'changing') return [];
  return [{ kind: 'uriHandler', fixed: handler === 'fixed' }];
}

/**
 * A configured port is the only one. The usual port is a preference, since the port may vary (RFC 8252 §7.3); a
 * client metadata document names it for the authorization servers that compare it all the same.
 */
function loopbackSteps({ reach, policy, client }: RedirectQuestion): readonly RedirectStep[] {
  const at = (port: number): RedirectStep => ({ kind: 'loopback', fixed: true, port });
  if (policy.loopbackPort !== undefined) return [at(policy.loopbackPort)];
  const anyPort: RedirectStep = { kind: 'loopback', fixed: false };
  const usualPort = client === 'document' ? usualLoopbackPort : reach.usualPort;
  return usualPort === undefined ? [anyPort] : [at(usualPort), anyPort];
}

import type { OAuthSettings } from '../settings/oauthSettings.js';
import type { AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import type { HandlerFault, RedirectReach, RedirectUri, RedirectUris } from '../ports.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import { usualLoopbackPort, type SignInPolicy } from '../settings/signInPolicy.js';
import { isCallbackTooLong } from '../callbacks/pendingCallbacks.js';

/** The redirect URI of a sign-in. */
export interface ChosenRedirect extends RedirectUri {
  /** The next sign-in gets the same one. */
  readonly isFixed: boolean;
  /** The user's browser runs on another machine, so what it comes back to has to be pasted. */
  readonly isOutOfReach: boolean;
}

/** What the choice of a redirect URI rests on. */
export interface RedirectNeed {
  readonly server: ServerConfig;
  readonly as: AuthorizationServer;
  readonly policy: SignInPolicy;
}

/** Of the redirect URIs to try, those that can be used now, best first. */
export interface UsableSteps {
  readonly usable: readonly RedirectStep[];
  /** Those before the first usable one: another program has their port. */
  readonly taken: readonly string[];
}

/** The redirect URIs to try at one sign-in, with how to open each. */
export class RedirectChoice {
  private constructor(
    private readonly policy: SignInPolicy,
    private readonly redirects: RedirectUris,
    readonly reach: RedirectReach,
    /** Best first, at least one. */
    readonly steps: readonly RedirectStep[],
    private readonly path: string,
  ) {}

  /**
   * @param path of the redirect URI, unless the settings name one for the loopback address
   * @throws OAuthFlowError `redirectUnavailable` if the settings insist on one that cannot work here
   */
  static async of(
    { server, as, policy }: RedirectNeed,
    client: ClientKind,
    redirects: RedirectUris,
    path: string,
  ): Promise<RedirectChoice> {
    const reach = await redirects.reach();
    const fault = redirectUnreachable(server.oauth, reach);
    if (fault !== undefined) throw fault;
    const steps = redirectOrder({ reach, policy, client, isTooLong: isCallbackTooLong(as, policy) });
    return new RedirectChoice(policy, redirects, reach, steps, path);
  }

  /** @throws OAuthFlowError `redirectUnavailable` */
  async open(step: RedirectStep): Promise<ChosenRedirect> {
    if (step.kind === 'uriHandler') {
      const redirect = await this.redirects.uriHandler(this.path);
      if (redirect === undefined) throw new Error('The editor provides no address of its own.');
      return { ...redirect, isFixed: step.fixed, isOutOfReach: false };
    }
    const path = this.policy.loopbackPath ?? this.path;
    const redirect = await this.redirects.loopback(path, step.fixed ? step.port : undefined);
    const isOutOfReach = this.reach.loopback === 'anotherMachine';
    return { ...this.#named(redirect), isFixed: step.fixed, isOutOfReach };
  }

  /**
   * The first one that can be opened.
   *
   * @throws OAuthFlowError `redirectUnavailable` of the last one
   */
  async openFirst(): Promise<ChosenRedirect> {
    let fault: OAuthFlowError | undefined;
    for (const step of this.steps) {
      try {
        return await this.open(step);
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        fault = error;
      }
    }
    throw fault ?? new Error('A sign-in needs at least one redirect URI.');
  }

  /** What {@link open} would give, found out without listening anywhere; undefined if it is another one each time. */
  async uriOf(step: RedirectStep): Promise<string | undefined> {
    if (!step.fixed) return undefined;
    if (step.kind === 'loopback') return this.loopbackUri(String(step.port));
    const redirect = await this.redirects.uriHandler(this.path);
    redirect?.dispose();
    return redirect?.uri;
  }

  /**
   * The steps without the first ones that a sign-in passes over, because another program has their port. It listens at
   * a port for a moment, as the only way to know.
   *
   * @throws OAuthFlowError `redirectUnavailable` if none is left
   */
  async usable(steps: readonly RedirectStep[]): Promise<UsableSteps> {
    const taken: string[] = [];
    let fault: OAuthFlowError | undefined;
    for (const [at, step] of steps.entries()) {
      if (step.kind === 'uriHandler' || !step.fixed) return { usable: steps.slice(at), taken };
      try {
        (await this.open(step)).dispose();
        return { usable: steps.slice(at), taken };
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        fault ??= error;
        taken.push(this.loopbackUri(String(step.port)));
      }
    }
    throw fault ?? new Error('A sign-in needs at least one redirect URI.');
  }

  /** @param port as displayed; none if absent */
  loopbackUri(port?: string): string {
    const { loopbackHost = '127.0.0.1', loopbackPath = this.path } = this.policy;
    return `http://${loopbackHost}${port === undefined ? '' : `:${port}`}${loopbackPath}`;
  }

  /** The loopback redirect URI, with the name of this machine that the provider takes. */
  #named(redirect: RedirectUri): RedirectUri {
    const { loopbackHost } = this.policy;
    if (loopbackHost === undefined) return redirect;
    return { ...redirect, uri: redirect.uri.replace('//127.0.0.1', `//${loopbackHost}`) };
  }
}

/** Another program has the port; another redirect URI may do. */
export function isUnavailable(error: unknown): error is OAuthFlowError {
  return error instanceof OAuthFlowError && error.code === 'redirectUnavailable';
}

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
  readonly policy: SignInPolicy;
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

/** Why no callback reaches this editor at its own address, as a sentence. */
export const handlerFaults: Readonly<Record<HandlerFault, string>> = {
  noEditor: 'No editor runs here, so the browser cannot return to the editor’s own address.',
  portable: 'This editor runs in portable mode, so the system cannot open the editor’s own address.',
  ownUserData:
    'This editor was started with a separate user data directory, so the system opens the editor’s own address in another editor.',
  notRegistered: 'No application is registered with the system for this editor’s own address.',
};

/** What settings that insist on one redirect URI get if the browser cannot come back to it. */
function redirectUnreachable(
  { redirect }: OAuthSettings,
  { handler, loopback }: RedirectReach,
): OAuthFlowError | undefined {
  if (redirect === 'uriHandler' && handler !== 'fixed' && handler !== 'changing') {
    return unavailable(handlerFaults[handler], 'Set oauth.redirect to "auto" or "loopback".');
  }
  if (redirect === 'loopback' && loopback === 'anotherMachine') {
    return unavailable(
      'Your browser runs on a different machine than this extension, so it cannot return to 127.0.0.1.',
      'Set oauth.redirect to "auto", or sign in with a code.',
    );
  }
  return undefined;
}

function unavailable(message: string, fix: string): OAuthFlowError {
  return new OAuthFlowError('redirectUnavailable', message, { field: 'oauth.redirect', fix });
}

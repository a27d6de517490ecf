import { identifierOf } from '../../oauth/authorizationServerMetadata.js';
import type { ClientIdentity } from '../../oauth/clientRegistration.js';
import {
  callbackPath,
  callbackPathFor,
  isCallbackTooLong,
  longestCallback,
} from '../callbacks/pendingCallbacks.js';
import {
  RedirectChoice,
  handlerFaults,
  type RedirectNeed,
  type ClientKind,
  type RedirectStep,
} from '../clients/redirectUri.js';
import type { ClientStore } from '../clients/clientStore.js';
import { stepsToTry } from '../clients/registeredClient.js';
import type { LastRedirects } from '../clients/sentRedirects.js';
import type { RedirectReach, RedirectUris } from '../ports.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** The redirect URI of a sign-in, and the reason for it, as sentences. */
export interface DiagnosedRedirect {
  readonly uri: string;
  readonly said: readonly string[];
}

export interface DiagnosedRedirectParts {
  readonly redirects: RedirectUris;
  readonly clients: ClientStore;
  /** What sign-ins have used; nothing is reported of them if absent. */
  readonly sentRedirects?: LastRedirects | undefined;
}

/**
 * The redirect URI that a sign-in would use now. A port that another program has is found out as a sign-in does: by
 * listening there, for a moment.
 *
 * @throws OAuthFlowError `redirectUnavailable`
 */
export async function diagnosedRedirect(
  need: RedirectNeed & { readonly server: ServerConfig },
  identity: ClientIdentity,
  { redirects, clients, sentRedirects }: DiagnosedRedirectParts,
): Promise<DiagnosedRedirect> {
  const kind = kindOf(identity);
  const path = kind === 'registered' ? await callbackPathFor(need.as) : callbackPath;
  const choice = await RedirectChoice.of(need, kind, redirects, path);
  const steps =
    kind === 'registered' ? await stepsToTry(choice, identifierOf(need.as), clients) : choice.steps;
  const { usable, taken } = await choice.usable(steps);
  const [first = '', ...others] = await Promise.all(usable.map((step) => shown(choice, step)));
  const sent = sentRedirects?.last(need.server.url);
  return {
    uri: first,
    said: [
      ...taken.map((uri) => `Another program uses the port of ${uri}, so it cannot be used now.`),
      `The browser returns to ${first}.`,
      ...(sent === undefined
        ? []
        : [`The last sign-in on this machine sent ${sent.uri}, at ${new Date(sent.at).toISOString()}.`]),
      ...others.map((uri) => `If that address cannot be used, it returns to ${uri}.`),
      ...reachFacts(choice.reach, usable),
      ...lengthFacts(need, usable),
    ],
  };
}

function kindOf(identity: ClientIdentity): ClientKind {
  switch (identity.kind) {
    case 'register':
      return 'registered';
    case 'ask':
      return 'preRegistered';
    case 'use':
      if (identity.client.source === 'registered') return 'registered';
      return identity.client.source === 'clientIdMetadataDocument' ? 'document' : 'preRegistered';
  }
}

async function shown(choice: RedirectChoice, step: RedirectStep): Promise<string> {
  const uri = await choice.uriOf(step);
  if (uri !== undefined) return uri;
  return step.kind === 'loopback'
    ? choice.loopbackUri('(any free port)')
    : '(the editor’s own address, different each time)';
}

function reachFacts({ handler, loopback }: RedirectReach, steps: readonly RedirectStep[]): readonly string[] {
  const isPasted = loopback === 'anotherMachine' && steps[0]?.kind === 'loopback';
  return [
    ...(handler === 'fixed' || handler === 'changing' || handler === 'noEditor'
      ? []
      : [`The editor’s own address is not used. ${handlerFaults[handler]}`]),
    ...(isPasted
      ? [
          'Your browser runs on another machine. After you sign in there, paste the address of the last page here.',
        ]
      : []),
  ];
}

function lengthFacts({ as, policy }: RedirectNeed, steps: readonly RedirectStep[]): readonly string[] {
  if (!isCallbackTooLong(as, policy)) return [];
  const isCut = steps[0]?.kind === 'uriHandler';
  return [
    `A callback to the editor’s own address may be longer than the ${longestCallback} characters that a browser can pass on` +
      (isCut ? ' and be lost. A loopback address has no such limit.' : ', so a loopback address is used.'),
  ];
}

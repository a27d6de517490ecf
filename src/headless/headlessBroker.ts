import { defined } from '../base/defined.js';
import { ClientSecrets } from '../broker/clients/clientSecrets.js';
import type { ConsentPrompt } from '../broker/signIn/consentPrompt.js';
import { MetadataCache } from '../broker/discovery/metadataCache.js';
import type { Fetch, Resolver } from '../broker/ports.js';
import { ServerDecisions } from '../broker/settings/serverDecisions.js';
import type { SignInQuestions } from '../broker/signIn/userQuestions.js';
import { createCore, type Core, type HostParts } from '../core.js';

/** What a process without an editor brings. */
export interface HeadlessParts extends HostParts {
  readonly fetch: Fetch;
  /** A process that serves people brings the machine's, `node/systemResolver.ts`. */
  readonly resolver: Resolver;
  readonly consentPrompt: ConsentPrompt;
  /** For a process with a user to ask after all. */
  readonly questions?: SignInQuestions;
  /** Our client ID metadata document, if one is hosted. */
  readonly clientMetadataUrl?: string | undefined;
}

/** The broker and its relay. */
export interface HeadlessBroker extends Core {
  /** What clients registered by hand prove themselves with. */
  readonly clientSecrets: ClientSecrets;
}

/** The composition root without an editor; the callback is a loopback listener. */
export function createHeadlessBroker(parts: HeadlessParts): HeadlessBroker {
  const clientSecrets = new ClientSecrets(parts.secrets);
  const core = createCore({
    ...parts,
    network: { fetch: parts.fetch, resolver: parts.resolver },
    answers: defined({
      clientSecrets,
      metadata: new MetadataCache(parts.clock),
      // There is no user to ask: exceptions that the settings list are accepted.
      decisions: new ServerDecisions(parts.memory, (server) => server.oauth.exceptions ?? []),
      clientMetadataUrl: parts.clientMetadataUrl,
      questions: parts.questions,
    }),
    consentPrompt: () => parts.consentPrompt,
    redirects: (loopback) => ({
      reach: () => Promise.resolve({ handler: 'noEditor', loopback: 'thisMachine' }),
      uriHandler: () => Promise.resolve(undefined),
      loopback: (path, port) => loopback.loopbackRedirect(path, port),
    }),
  });
  return { ...core, clientSecrets };
}

import { ClientSecrets } from '../broker/clients/clientSecrets.js';
import type { ConsentPrompt } from '../broker/signIn/consentPrompt.js';
import { MetadataCache } from '../broker/discovery/metadataCache.js';
import type { Fetch, Resolver } from '../broker/ports.js';
import { ServerDecisions } from '../broker/settings/serverDecisions.js';
import type { SignInQuestions } from '../broker/signIn/userQuestions.js';
import { createCore, type Core, type CorePlatform, type CoreSettings, type CoreUser } from '../core/core.js';

/** What a process without an editor brings. */
export interface HeadlessParts extends CorePlatform, CoreSettings {
  readonly fetch: Fetch;
  /** A process that serves people brings the machine's, `node/systemResolver.ts`. */
  readonly resolver: Resolver;
  readonly consentPrompt: ConsentPrompt;
  readonly confirmAccountChange: CoreUser['confirmAccountChange'];
  readonly cardBrowser?: CoreUser['cardBrowser'];
  /** Absent if there is no user to ask. */
  readonly questions?: SignInQuestions | undefined;
  readonly toolPrompt?: CoreUser['toolPrompt'];
  readonly translate?: CoreUser['translate'];
  readonly use?: CoreUser['use'];
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
  const { consentPrompt, confirmAccountChange, cardBrowser, toolPrompt, translate, use } = parts;
  const core = createCore({
    network: { fetch: parts.fetch, resolver: parts.resolver },
    platform: parts,
    settings: parts,
    user: {
      answers: {
        clientSecrets,
        metadata: new MetadataCache(parts.clock),
        // Nobody is there to be asked: what the settings list is accepted.
        decisions: new ServerDecisions(parts.memory, (server) => server.oauth.exceptions ?? []),
        clientMetadataUrl: parts.clientMetadataUrl,
        questions: parts.questions,
      },
      consentPrompt: () => consentPrompt,
      redirects: (loopback) => ({
        reach: () => Promise.resolve({ handler: 'noEditor', loopback: 'thisMachine' }),
        uriHandler: () => Promise.resolve(undefined),
        loopback: (path, port) => loopback.loopbackRedirect(path, port),
      }),
      confirmAccountChange,
      cardBrowser,
      toolPrompt,
      translate,
      use,
    },
  });
  return { ...core, clientSecrets };
}

import { ClientSecrets } from '../broker/clients/clientSecrets.js';
import { SentRedirects } from '../broker/clients/sentRedirects.js';
import { MetadataCache } from '../broker/discovery/metadataCache.js';
import type { Clock, Disposable, Memory, SecretStore } from '../broker/ports.js';
import { ServerDecisions } from '../broker/settings/serverDecisions.js';
import type { SignInParts } from '../broker/signIn/signInParts.js';
import type { EditorServerSettings } from './serverSettings.js';
import { EditorSignInQuestions } from './signInQuestions.js';

/** What a sign-in knows from before, and who answers the rest. */
export interface EditorAnswers
  extends Required<Pick<SignInParts, 'questions' | 'decisions' | 'metadata' | 'clientSecrets'>>, Disposable {
  /** Of the sign-ins in this editor, for the diagnosis. */
  readonly sentRedirects: SentRedirects;
  /** As the setting has it now. */
  readonly clientMetadataUrl: string | undefined;
}

export function editorAnswers(
  settings: EditorServerSettings,
  secrets: SecretStore,
  memory: Memory,
  clock: Clock,
): EditorAnswers {
  const clientSecrets = new ClientSecrets(secrets);
  const metadata = new MetadataCache(clock);
  const subscription = settings.onDidChange(() => metadata.clear());
  return {
    clientSecrets,
    metadata,
    decisions: new ServerDecisions(memory),
    sentRedirects: new SentRedirects(memory, clock),
    questions: new EditorSignInQuestions(),
    get clientMetadataUrl() {
      return settings.clientMetadataUrl;
    },
    dispose: () => subscription.dispose(),
  };
}

import type { Network } from '../../oauth/httpContext.js';
import type { AskWhoseSignIn, ConfirmAccountChange } from '../accounts/accountChoice.js';
import type { ClientSecrets } from '../clients/clientSecrets.js';
import type { ClientStore } from '../clients/clientStore.js';
import type { SentRedirects } from '../clients/sentRedirects.js';
import type { CredentialStore } from '../accounts/credentialStore.js';
import type { EditorAccountTokens } from '../tokens/editorAccountTokens.js';
import type { UseHere } from '../tokens/useHere.js';
import type { MetadataCache } from '../discovery/metadataCache.js';
import type { PendingCallbacks } from '../callbacks/pendingCallbacks.js';
import type { Clock } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { Lock } from '../../base/storage.js';
import type { Launcher, RedirectUris } from '../ports.js';
import type { QuestionParts } from './userQuestions.js';

/** What a sign-in needs of the world. */
export interface SignInDependencies extends QuestionParts {
  readonly launcher: Launcher;
  readonly redirects: RedirectUris;
  /** For the diagnosis; nothing is remembered if absent. */
  readonly sentRedirects?: SentRedirects | undefined;
  readonly callbacks: PendingCallbacks;
  readonly credentials: CredentialStore;
  readonly clients: ClientStore;
  /** The one that refreshes take. */
  readonly lock: Lock;
  readonly clock: Clock;
  readonly log: Log;
  readonly http: Network;
  readonly confirmAccountChange: ConfirmAccountChange;
  readonly askWhoseSignIn?: AskWhoseSignIn | undefined;
  /** The name of an account that the server does not name; absent if no user can change it. */
  readonly numberedAccount?: ((number: number) => string) | undefined;
  /** Remembers which sign-ins were made on this machine. */
  readonly use?: UseHere | undefined;
  readonly clientSecrets?: ClientSecrets;
  readonly metadata?: MetadataCache;
  /** For servers that use an account of the editor's. */
  readonly editorAccounts?: EditorAccountTokens | undefined;
  /** Our client ID metadata document, if one is hosted. */
  readonly clientMetadataUrl?: string | undefined;
}

import * as vscode from 'vscode';
import { EditorAccountTokens } from '../../broker/tokens/editorAccountTokens.js';
import type { CredentialStore } from '../../broker/accounts/credentialStore.js';
import type { Clock } from '../../base/clock.js';
import type { Memory } from '../../base/storage.js';
import { NotificationConsentPrompt, NotificationToolPrompt } from './consentPrompt.js';
import { OwnAccounts } from './editorAccounts.js';
import type { EditorPlace } from '../adapters/editorPlace.js';
import { useOnThisMachine } from './firstUsePrompt.js';
import { confirmAccountChange, type PersonalSignIn } from './personalSignIn.js';
import { askWhoseSignIn } from './serverChoice.js';

export interface AskedInEditorParts {
  readonly place: EditorPlace;
  readonly memory: Memory;
  /** Returns an ID that distinguishes the machine that the extension runs on from others. */
  readonly hostId: () => Promise<string>;
  readonly clock: Clock;
  /** A function, because sign-ins are created after the parts that ask for them. */
  readonly personalSignIn: () => PersonalSignIn;
}

/** Creates the questions to the user outside the chat, and the access to the editor's own accounts. */
export function askedInEditor({ place, memory, hostId, clock, personalSignIn }: AskedInEditorParts) {
  return {
    editorAccounts: new EditorAccountTokens(new OwnAccounts(), clock),
    consentPrompt: (credentials: CredentialStore) =>
      new NotificationConsentPrompt(credentials, personalSignIn),
    confirmAccountChange,
    askWhoseSignIn,
    numberedAccount: (number: number) => vscode.l10n.t('Account {0}', number),
    toolPrompt: new NotificationToolPrompt(),
    use: useOnThisMachine(place, { memory, hostId, clock }),
    translate: vscode.l10n.t,
  };
}

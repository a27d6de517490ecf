import type * as vscode from 'vscode';
import { RememberedAccountChoice } from '../broker/accounts/accountChoice.js';
import { CallLedger } from '../broker/calls/callLedger.js';
import { AssertionInFile } from '../broker/tokens/assertionFile.js';
import { createCore, type Core } from '../core/core.js';
import { EditorRedirectUris } from '../editor/adapters/redirectUris.js';
import { EditorMemory } from '../editor/adapters/storage.js';
import { recordsArguments } from '../editor/settings/serverSettings.js';
import { AccountNaming } from '../editor/signIn/accountNaming.js';
import { askedInEditor } from '../editor/signIn/askedInEditor.js';
import { editorBrowser, type BrowserLauncher } from '../editor/signIn/browserLauncher.js';
import { PersonalSignIn } from '../editor/signIn/personalSignIn.js';
import { editorAnswers, type EditorAnswers } from '../editor/signIn/signInQuestions.js';
import { MachineAssertionFiles } from '../node/assertionFiles.js';
import { handlerFault } from '../node/clients/editorInstallation.js';
import type { Platform } from './platform.js';

/** The broker in this window, and the parts with which the user signs in. */
export interface EditorCore {
  readonly core: Core;
  readonly answers: EditorAnswers;
  readonly ledger: CallLedger;
  readonly naming: AccountNaming;
  readonly personalSignIn: PersonalSignIn;
}

export function createEditorCore(context: vscode.ExtensionContext, platform: Platform): EditorCore {
  const { own, place, clock, log, secrets, memory, settings, storage } = platform;
  const answers = own(editorAnswers(settings, secrets, memory, clock));
  const ledger = own(new CallLedger(storage.calls, log));
  // The launcher is created before the sign-ins that it may start.
  const browser: BrowserLauncher = editorBrowser(place, clock, () => ({
    callbacks: core.callbacks,
    personalSignIn,
  }));
  const { hostId } = storage;
  const asked = askedInEditor({ place, memory, hostId, clock, personalSignIn: () => personalSignIn });
  const core = own(
    createCore({
      network: platform.network,
      platform: {
        ...storage,
        secrets,
        hearsAllWindows: secrets.tellsAllWindows,
        refreshEarliness: platform.earliness,
        memory,
        clock,
        log,
        assertions: new AssertionInFile(new MachineAssertionFiles(), platform.notes?.assertions),
      },
      settings: {
        servers: () => settings.servers,
        identityProviderSetting: () => settings.identityProvider,
        accountChoice: new RememberedAccountChoice(new EditorMemory(context.workspaceState)),
        toolRules: platform.toolRules,
        recording: { ledger, recordsArguments },
      },
      user: {
        ...asked,
        answers,
        cardBrowser: browser,
        redirects: (loopback) => new EditorRedirectUris(context, place, handlerFault, loopback),
      },
    }),
  );
  const { credentials, signIns, states } = core;
  const naming = own(new AccountNaming({ credentials, signIns, lock: storage.lock, clock }));
  const personalSignIn: PersonalSignIn = new PersonalSignIn(signIns, states, browser, naming);
  return { core, answers, ledger, naming, personalSignIn };
}

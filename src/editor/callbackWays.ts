import type * as vscode from 'vscode';
import type { Clock, Log, SecretStore, WindowNotices } from '../broker/ports.js';
import { CallbackNotices } from '../broker/signIn/callbackNotices.js';
import { CallbackSecrets } from '../broker/signIn/callbackSecrets.js';
import type { PendingCallbacks } from '../broker/signIn/pendingCallbacks.js';
import { CallbackUri } from './callbackUri.js';
import type { EditorPlace } from './editorPlace.js';
import { secretKeys } from './secretKeys.js';

/**
 * The URI handler of this window, with its ways to the other ones: the disk of the machine that the extension runs
 * on, and on a desktop secret storage, which windows on other machines share. A browser's windows do not hear of
 * each other's secrets, and a write there puts all that one window has read in place of what others wrote.
 */
export function callbackUriOf(
  { secrets: editorSecrets }: Pick<vscode.ExtensionContext, 'secrets'>,
  parts: {
    readonly callbacks: PendingCallbacks;
    readonly notices: WindowNotices;
    readonly secrets: SecretStore;
    readonly place: EditorPlace;
    readonly clock: Clock;
    readonly log: Log;
  },
): CallbackUri {
  const { callbacks, notices, secrets, place, clock, log } = parts;
  const throughDisk = new CallbackNotices(callbacks, notices, clock, log);
  const keys = () => secretKeys(editorSecrets);
  const throughSecrets = place.isDesktop ? [new CallbackSecrets(callbacks, secrets, keys, clock, log)] : [];
  return new CallbackUri(callbacks, [throughDisk, ...throughSecrets], log, place);
}

import type { Clock } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { SecretStore, WindowNotices } from '../../base/storage.js';
import { CallbackNotices } from '../../broker/callbacks/callbackNotices.js';
import { CallbackSecrets } from '../../broker/callbacks/callbackSecrets.js';
import type { PendingCallbacks } from '../../broker/callbacks/pendingCallbacks.js';
import { CallbackUri } from '../adapters/callbackUri.js';
import type { EditorPlace } from '../adapters/editorPlace.js';

/**
 * The URI handler of this window, with its ways to the other ones: the disk of the machine that the extension runs
 * on, and on a desktop secret storage, which windows on other machines share. A browser's windows do not hear of
 * each other's secrets, and a write there puts all that one window has read in place of what others wrote.
 */
export function callbackUriOf(parts: {
  readonly callbacks: PendingCallbacks;
  readonly callbackNotices: WindowNotices;
  readonly secrets: SecretStore;
  readonly place: EditorPlace;
  readonly clock: Clock;
  readonly log: Log;
}): CallbackUri {
  const { callbacks, callbackNotices, secrets, place, clock, log } = parts;
  const throughDisk = new CallbackNotices(callbacks, callbackNotices, clock, log);
  const throughSecrets = place.isDesktop ? [new CallbackSecrets(callbacks, secrets, clock, log)] : [];
  return new CallbackUri(callbacks, [throughDisk, ...throughSecrets], log, place);
}

import type { Clock } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { SecretStore, WindowNotices } from '../../base/storage.js';
import { CallbackNotices } from '../../broker/callbacks/callbackNotices.js';
import { CallbackSecrets } from '../../broker/callbacks/callbackSecrets.js';
import type { PendingCallbacks } from '../../broker/callbacks/pendingCallbacks.js';
import { CallbackUri } from '../adapters/callbackUri.js';
import type { EditorPlace } from '../adapters/editorPlace.js';

/**
 * Creates the URI handler of this window, with the channels to other windows: the disk of the machine that
 * the extension runs on and, on a desktop, secret storage, which windows on other machines share. Secret
 * storage is not used in a browser, because its windows are not notified of each other's changes, and a write
 * there overwrites the other windows' changes with stale values.
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

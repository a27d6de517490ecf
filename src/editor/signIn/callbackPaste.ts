import * as vscode from 'vscode';
import { pastedCallback, type PastedCallback } from '../../broker/callbacks/pastedCallback.js';
import type { PendingCallbacks } from '../../broker/callbacks/pendingCallbacks.js';
import { notifications, type Notifications } from '../adapters/notifications.js';

/**
 * Lets the user paste the address that a browser was redirected to, if the browser cannot deliver it: because
 * it runs on another machine, or because no program opens the link. The address contains a one-time code, so
 * it is hidden, and neither stored nor shown again.
 */
export class CallbackPaste {
  constructor(
    private readonly callbacks: PendingCallbacks,
    private readonly notices: Notifications = notifications,
  ) {}

  /** @param ended resolves when no sign-in waits for a callback any longer, which closes the box */
  async ask(ended?: Promise<unknown>): Promise<void> {
    const { t } = vscode.l10n;
    if (this.callbacks.states.length === 0) {
      void this.notices.information(t('No sign-in in this window is waiting for your browser.'));
      return;
    }
    const closing = new vscode.CancellationTokenSource();
    void ended?.then(() => closing.cancel());
    const text = await this.notices.input(
      {
        title: t('Paste callback address'),
        prompt: t(
          'Copy the whole address that your browser shows after you sign in, even if the page didn’t load.',
        ),
        placeHolder: 'http://127.0.0.1:…/callback?code=…&state=…',
        // The user switches to the browser and back; the pasted text contains a code.
        ignoreFocusOut: true,
        password: true,
        validateInput: (typed) => problemWith(pastedCallback(typed, this.callbacks)),
      },
      closing.token,
    );
    closing.dispose();
    if (text === undefined) return;
    const pasted = pastedCallback(text, this.callbacks);
    if (pasted.kind === 'callback' && this.callbacks.deliver(pasted.parameters, pasted.path)) return;
    void this.notices.warning(t('The sign-in ended before the address was pasted. Sign in again.'));
  }
}

/** @returns undefined if it can be delivered */
function problemWith({ kind }: PastedCallback): string | undefined {
  const { t } = vscode.l10n;
  switch (kind) {
    case 'callback':
      return undefined;
    case 'notAnAddress':
      return t('This isn’t a web address. Copy the whole address from the browser’s address bar.');
    case 'noState':
      return t(
        'This address has no “state” parameter. Copy the whole address, including everything after the “?”.',
      );
    case 'noResponse':
      return t('The sign-in isn’t finished yet. Finish it in your browser, then copy the address it shows.');
    case 'unexpected':
      return t('This address doesn’t belong to a sign-in that is waiting in this window.');
  }
}

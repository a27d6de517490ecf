import * as vscode from 'vscode';
import { accountLabel, type Credential } from '../../broker/accounts/credential.js';
import type { Clock } from '../../base/clock.js';
import type { Memory } from '../../base/storage.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import { UseHere, type UsePrompt } from '../../broker/tokens/useHere.js';
import type { EditorPlace } from '../adapters/editorPlace.js';
import { notifications, type Notifications } from '../adapters/notifications.js';

/** Asks about the first use of a sign-in on a remote machine in a notification. */
export class FirstUsePrompt implements UsePrompt {
  constructor(
    private readonly notices: { readonly warning: Notifications['warning'] } = notifications,
    private readonly remote = vscode.env.remoteName,
  ) {}

  async ask({ name }: ServerConfig, credential: Credential): Promise<'useHere' | 'notHere' | undefined> {
    const { t } = vscode.l10n;
    const useHere = t('Use Here');
    const notHere = t('Not Here');
    const account = accountLabel(credential);
    const message =
      this.remote === undefined
        ? t(
            'Use your sign-in to {0} as {1} on this machine? Its token has not been sent from here before.',
            name,
            account,
          )
        : t(
            'Use your sign-in to {0} as {1} on the remote {2}? Its token has not been sent from there before.',
            name,
            account,
            this.remote,
          );
    const choice = await this.notices.warning(message, useHere, notHere);
    if (choice === useHere) return 'useHere';
    return choice === notHere ? 'notHere' : undefined;
  }
}

/**
 * Prevents sign-ins of the user's editor from being used on machines that the user has not allowed; undefined
 * on the user's own machine, which needs no permission.
 */
export function useOnThisMachine(
  { isUsersMachine }: EditorPlace,
  parts: { readonly memory: Memory; readonly hostId: () => Promise<string>; readonly clock: Clock },
): UseHere | undefined {
  const use = new UseHere(parts.memory, parts.hostId, new FirstUsePrompt(), () => parts.clock.now());
  return isUsersMachine ? undefined : use;
}

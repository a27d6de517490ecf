import * as vscode from 'vscode';
import { foundServers, type KnownServers } from '../../broker/imports/foundServers.js';
import type { Memory } from '../../base/storage.js';
import { sha256 } from '../../base/sha256.js';
import { Notifications, type NotificationWindow } from '../adapters/notifications.js';
import type { OtherProgramFiles } from './otherProgramFiles.js';

const memoryKey = 'import offered';
/** The context key, as in package.json. */
const contextKey = 'mcpOAuthBroker.hasServersElsewhere';

export interface ImportOfferParts {
  readonly files: OtherProgramFiles;
  readonly known: () => KnownServers;
  readonly memory: Memory;
  readonly run: () => Thenable<unknown>;
}

type SetContext = (key: string, value: boolean) => Thenable<unknown>;

/**
 * Offers the import to a user who has servers in other programs but none here: always in the empty view, and
 * once for the same servers in a notification. It only reads files.
 */
export class ImportOffer {
  readonly #notifications: Notifications;

  constructor(
    private readonly parts: ImportOfferParts,
    window: Partial<NotificationWindow> = vscode.window,
    private readonly setContext: SetContext = (key, value) =>
      vscode.commands.executeCommand('setContext', key, value),
  ) {
    this.#notifications = new Notifications(window);
  }

  async look(): Promise<void> {
    const known = this.parts.known();
    // The files of other programs can be large, and a user who already has servers is offered nothing.
    if (known.servers.length > 0) {
      await this.setContext(contextKey, false);
      return;
    }
    const { files } = await this.parts.files.readUsers();
    const servers = foundServers(files, known).servers.filter(
      ({ problem, configuredAs, isDisabled }) =>
        problem === undefined && configuredAs === undefined && !isDisabled,
    );
    await this.setContext(contextKey, servers.length > 0);
    if (servers.length === 0) return;
    const labels = new Set(servers.flatMap(({ entries }) => entries.map(({ file }) => file.label)));
    await this.#offer(
      servers.map(({ url }) => url),
      [...labels],
    );
  }

  async #offer(urls: readonly string[], labels: readonly string[]): Promise<void> {
    const { t } = vscode.l10n;
    const { memory } = this.parts;
    const hash = await sha256([...urls].sort().join(' '));
    const offered = memory.get(memoryKey);
    if (offered === 'never' || offered === hash) return;
    // This is stored before the notification is shown, because other windows may open at the same time.
    await memory.set(memoryKey, hash);
    const review = t('Import…');
    const never = t('Don’t Show Again');
    const message =
      urls.length === 1
        ? t('You have an MCP server in {0}. MCP OAuth can sign you in to it.', labels.join(', '))
        : t(
            'You have {0} MCP servers in {1}. MCP OAuth can sign you in to them.',
            urls.length,
            labels.join(', '),
          );
    const choice = await this.#notifications.information(message, review, never);
    if (choice === never) await memory.set(memoryKey, 'never');
    if (choice === review) await this.parts.run();
  }
}

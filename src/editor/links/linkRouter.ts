import * as vscode from 'vscode';
import { OneAtATime } from '../../broker/links/oneAtATime.js';
import { errorName } from '../../base/errorName.js';
import type { Log } from '../../base/log.js';
import { notifications } from '../adapters/notifications.js';
import { SettingUnwritable } from '../settings/writeSetting.js';

interface LinkAddress {
  readonly path: string;
  readonly query: string;
}

/** Handles the links to one path. */
export type LinkHandler = (query: string) => Promise<void>;

/**
 * Handles the links that open this extension. Links of sign-ins are passed to the callback handler, which
 * knows its paths and ignores all others. Each other link asks the user a question, and only one question is
 * shown at a time: any page can open any number of links, and a later one must not replace the question that
 * the user is reading, so links that arrive in the meantime are dropped.
 *
 * VS Code asks before it passes a link to an extension, but shows only parts of it (its first 30 and last 5
 * characters, see `extensionUrlHandler.ts`), and the user can turn the question off. Therefore this class
 * does not rely on it.
 */
export class LinkRouter implements vscode.UriHandler {
  readonly #turn = new OneAtATime();

  constructor(
    private readonly callbacks: { handleUri(uri: LinkAddress): void },
    private readonly handlers: ReadonlyMap<string, LinkHandler>,
    private readonly log: Log,
  ) {}

  handleUri(uri: LinkAddress): void {
    const handler = this.handlers.get(uri.path);
    if (handler === undefined) this.callbacks.handleUri(uri);
    else void this.#follow(uri, handler);
  }

  async #follow({ path, query }: LinkAddress, handler: LinkHandler): Promise<void> {
    try {
      const isFollowed = await this.#turn.run(() => handler(query));
      if (!isFollowed) this.log.info(`A link to ${path} was ignored because another one is still open.`);
    } catch (error) {
      const name = errorName(error);
      this.log.error(`A link to ${path} could not be opened (${name}).`);
      void notifications.error(
        error instanceof SettingUnwritable
          ? error.message
          : vscode.l10n.t('A link couldn’t be opened ({0}). For details, see the log.', name),
      );
    }
  }
}

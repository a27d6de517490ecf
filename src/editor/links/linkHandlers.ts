import * as vscode from 'vscode';
import { addPath, parseAddLink, type AddLink } from '../../broker/links/addLink.js';
import { linkProblemText, type LinkProblem } from '../../broker/links/linkParameters.js';
import { openPath, parseOpenLink, type OpenLink } from '../../broker/links/openLink.js';
import type { Clock } from '../../base/clock.js';
import type { AddServer } from '../commands/addServer.js';
import { commandId, type CommandId } from '../adapters/commands.js';
import { Notifications, plain, type NotificationWindow } from '../adapters/notifications.js';
import type { EditorServerSettings } from '../settings/serverSettings.js';
import type { ToolCallsView } from '../views/toolCallsView.js';
import { addLinkQuestion } from './addLinkQuestion.js';
import type { LinkHandler } from './linkRouter.js';

/** How long an unanswered notification prevents other links from being handled, in milliseconds. */
const tellingTime = 3_000;

export interface LinkHandlerParts {
  readonly settings: EditorServerSettings;
  readonly addServer: { readonly propose: AddServer['propose'] };
  readonly toolCallsView: { readonly show: ToolCallsView['show'] };
  /** Shows a server of this name and its actions. */
  readonly showServer: (name: string) => Promise<void>;
  readonly clock: Clock;
  readonly window?: Partial<NotificationWindow>;
  readonly runCommand?: (command: string, ...rest: readonly unknown[]) => Thenable<unknown>;
}

/** Returns the handlers of links to `/add` and `/open`. */
export function linkHandlers(parts: LinkHandlerParts): ReadonlyMap<string, LinkHandler> {
  const links = new LinkHandlers(parts);
  return new Map<string, LinkHandler>([
    [addPath, (query) => links.add(query)],
    [openPath, (query) => links.open(query)],
  ]);
}

class LinkHandlers {
  readonly #notifications: Notifications;

  constructor(private readonly parts: LinkHandlerParts) {
    this.#notifications = new Notifications(parts.window);
  }

  async add(query: string): Promise<void> {
    const read = parseAddLink(query);
    if ('problem' in read) return this.#refuse(read.problem);
    const same = this.parts.settings.withUrl(read.link.url);
    if (same !== undefined) return this.#showConfigured(same.name);
    if (await this.#isWanted(read.link)) await this.parts.addServer.propose(read.link);
  }

  async open(query: string): Promise<void> {
    const read = parseOpenLink(query);
    if ('problem' in read) return this.#refuse(read.problem);
    await this.#show(read.link);
  }

  async #isWanted(link: AddLink): Promise<boolean> {
    const { message, detail } = addLinkQuestion(link, this.parts.settings.names);
    const yes = vscode.l10n.t('Continue');
    return (await this.#notifications.modal(message, detail, yes)) === yes;
  }

  async #show(link: OpenLink): Promise<void> {
    switch (link.view) {
      case 'calls':
        this.parts.toolCallsView.show(link.filter);
        return;
      case 'servers':
        await this.#run('mcpOAuthBroker.servers.focus');
        return;
      case 'log':
        await this.#run(commandId('showLog'));
        return;
      case 'diagnosis':
        return this.#offerDiagnosis(link.server);
    }
  }

  /** Offers a diagnosis, which requires a click because it sends requests. */
  async #offerDiagnosis(name: string): Promise<void> {
    const { t } = vscode.l10n;
    const server = this.parts.settings.find(name);
    if (server === undefined) {
      return this.#refuse({ field: 'server', message: t('You have no server named “{0}”.', plain(name)) });
    }
    const diagnose = t('Diagnose');
    const { host } = new URL(server.url);
    const answer = await this.#notifications.modal(
      t('A link asks to diagnose the server “{0}”.', plain(server.name)),
      t(
        'Asks {0} and its authorization server how to sign in. You are not signed in, and the report stays in this window.',
        host,
      ),
      diagnose,
    );
    if (answer === diagnose) await this.#run(commandId('diagnoseServer'), server.name);
  }

  async #showConfigured(name: string): Promise<void> {
    const { t } = vscode.l10n;
    const message = t('A link asks to add a server that you already have, as “{0}”.', plain(name));
    await this.#tell(message, { title: t('Show Server'), run: () => this.parts.showServer(name) });
  }

  async #refuse(problem: LinkProblem): Promise<void> {
    await this.#tell(vscode.l10n.t('The link can’t be opened. {0}', plain(linkProblemText(problem))));
  }

  /**
   * Waits until the notification is closed, so that a burst of links shows only one, but not indefinitely.
   */
  async #tell(
    message: string,
    button?: { readonly title: string; readonly run: () => Promise<void> },
  ): Promise<void> {
    const late = Promise.withResolvers<undefined>();
    const timer = this.parts.clock.after(tellingTime, () => late.resolve(undefined));
    const answered = this.#notifications
      .warning(message, ...(button === undefined ? [] : [button.title]))
      .then(async (choice) => {
        if (choice !== undefined) await button?.run();
      });
    await Promise.race([answered, late.promise]);
    timer.dispose();
  }

  #run(command: CommandId | (string & {}), ...rest: readonly unknown[]): Thenable<unknown> {
    return (this.parts.runCommand ?? vscode.commands.executeCommand)(command, ...rest);
  }
}

import { defined } from '../../base/defined.js';
import * as vscode from 'vscode';
import { displacingList, serverAtSameAddress } from '../../broker/settings/displacedServers.js';
import { Emitter } from '../../base/event.js';
import type { Disposable } from '../../base/clock.js';
import type { Memory } from '../../base/storage.js';
import type { ServerConfig, NamedServer } from '../../broker/settings/serverSettings.js';
import { commandId, type CommandId } from '../adapters/commands.js';
import type { Endpoints } from '../adapters/endpoints.js';
import { firstNames, notifications } from '../adapters/notifications.js';
import { EditorMemory } from '../adapters/storage.js';
import { OtherServerLists, type OtherServers } from './otherServerLists.js';

/** The part of the settings that contains the servers' names. */
interface NamedServers {
  readonly servers: readonly ServerConfig[];
  onDidChange(listener: () => void): Disposable;
}

/** The files in which VS Code finds servers. */
interface ListSource extends Disposable {
  /** The lists whose servers replace those of the same name. */
  readonly lists: readonly OtherServers[];
  look?(): Promise<void>;
  readonly all: readonly OtherServers[];
  onDidChange(listener: () => void): Disposable;
}

/** Removes a server from a file, in a way that the user can undo. */
export type RemoveOther = (uri: vscode.Uri, name: string) => Promise<void>;

/** Tells the user of a server that VS Code has from elsewhere as well. */
interface Tell {
  sameName(name: string, by: OtherServers, remove: RemoveOther): Promise<void>;
  sameAddress(name: string, other: Duplicate, remove: RemoveOther): Promise<void>;
  /** In place of one of the above for each server, so that many servers are one notification. */
  several(names: readonly string[]): Promise<void>;
}

/** A notification about a server, which is shown once. */
interface News {
  readonly name: string;
  readonly key: string;
  readonly tell: () => Promise<void>;
}

/** A server from a file with the same address as one of the configured servers. */
export interface Duplicate {
  readonly name: string;
  readonly file: string;
  readonly uri?: vscode.Uri | undefined;
}

const toldKey = 'displaced servers told of';

/**
 * The configured servers that VS Code also has from a file. Either the server in the file has the same name,
 * and VS Code has switched the configured one off; or it has the same address, and VS Code connects and signs
 * in a second time, without the broker.
 */
export class DisplacedServers implements Disposable {
  readonly #changed = new Emitter<undefined>();
  readonly #subscriptions: readonly Disposable[];
  /**
   * The names of servers that the editor has started in spite of the file, because the user has switched the
   * other server off.
   */
  readonly #started = new Set<string>();

  readonly onDidChange = this.#changed.event;
  /** Until imports are registered, the file is opened instead. */
  removeOther: RemoveOther = async (uri) => {
    await vscode.window.showTextDocument(uri);
  };

  /** @param memory the workspace's memory, which records the files that the user was notified of */
  constructor(
    private readonly settings: NamedServers,
    private readonly others: ListSource,
    private readonly memory: Memory,
    private readonly tell: Tell = { sameName, sameAddress, several },
  ) {
    const changed = () => this.#refresh();
    this.#subscriptions = [settings.onDidChange(changed), others.onDidChange(changed)];
    this.#refresh();
  }

  /** Returns the file with the other server; undefined if the configured server is on. */
  fileFor(name: string): string | undefined {
    return this.#started.has(name) ? undefined : this.#displacing(name)?.file;
  }

  /** Reads the files again, without waiting for their watcher. */
  async look(): Promise<void> {
    await this.others.look?.();
  }

  /**
   * Returns the server with the same address under a different name. A server with the same name takes
   * precedence and is reported instead.
   */
  duplicateOf({ name, url }: NamedServer): Duplicate | undefined {
    if (this.fileFor(name) !== undefined) return undefined;
    const found = serverAtSameAddress(url, this.others.all);
    if (found === undefined) return undefined;
    const { file, uri } = found.list;
    return defined({ name: found.name, file, uri });
  }

  /**
   * Marks the duplicates of these servers as known, because the user has created them, for example by copying
   * servers from VS Code.
   */
  async markTold(servers: readonly NamedServer[]): Promise<void> {
    const wanted = servers.flatMap((server) => {
      const duplicate = this.duplicateOf(server);
      return duplicate === undefined ? [] : [sameAddressKey(server.name, duplicate)];
    });
    if (wanted.length > 0) await this.memory.set(toldKey, [...this.#told, ...wanted]);
  }

  /** The lists whose servers the editor runs instead of configured servers of the same name. */
  get lists(): readonly OtherServers[] {
    return this.others.lists;
  }

  /** Wraps the endpoints in order to notice that the editor starts a server. */
  watching(endpoints: Endpoints): Endpoints {
    return {
      endpointFor: (server) => {
        if (this.fileFor(server.name) !== undefined) {
          this.#started.add(server.name);
          this.#changed.fire(undefined);
        }
        return endpoints.endpointFor(server);
      },
      agentHostAddress: () => endpoints.agentHostAddress(),
    };
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.others.dispose();
  }

  #displacing(name: string): OtherServers | undefined {
    return displacingList(name, this.others.lists);
  }

  #refresh(): void {
    for (const name of this.#started) if (this.#displacing(name) === undefined) this.#started.delete(name);
    const found = this.settings.servers.flatMap((server) => this.#newsOf(server));
    const told = this.#told;
    const news = found.filter(({ key }) => !told.includes(key));
    if (news.length > 0) {
      // If this cannot be stored, the notification is shown again in the next window.
      this.memory.set(toldKey, [...told, ...news.map(({ key }) => key)]).catch(() => undefined);
      const [first] = news;
      if (news.length === 1) void first?.tell();
      else void this.tell.several(news.map(({ name }) => name));
    }
    this.#changed.fire(undefined);
  }

  #newsOf(server: ServerConfig): readonly News[] {
    const { name } = server;
    const by = this.#displacing(name);
    const remove: RemoveOther = (uri, other) => this.removeOther(uri, other);
    if (by !== undefined)
      return [{ name, key: `${name} ${by.file}`, tell: () => this.tell.sameName(name, by, remove) }];
    const duplicate = this.duplicateOf(server);
    if (duplicate === undefined) return [];
    const key = sameAddressKey(name, duplicate);
    return [{ name, key, tell: () => this.tell.sameAddress(name, duplicate, remove) }];
  }

  get #told(): readonly unknown[] {
    const stored = this.memory.get(toldKey);
    return Array.isArray(stored) ? (stored as readonly unknown[]) : [];
  }
}

function sameAddressKey(name: string, other: Duplicate): string {
  return `${name} at the address of ${other.name} ${other.file}`;
}

/** Watches the files of this window. */
export function displacedServers(
  { globalStorageUri, workspaceState }: vscode.ExtensionContext,
  settings: NamedServers,
): DisplacedServers {
  return new DisplacedServers(
    settings,
    new OtherServerLists(globalStorageUri),
    new EditorMemory(workspaceState),
  );
}

async function sameName(name: string, { file, uri }: OtherServers, remove: RemoveOther): Promise<void> {
  const { t } = vscode.l10n;
  const message = t(
    'VS Code turned off “{0}”: {1} has a server with the same name. Rename yours, or remove the other one.',
    name,
    file,
  );
  const rename = { title: t('Rename Server…'), run: runFor('renameServer', name) };
  await offer('warning', message, rename, { name, file, uri }, remove);
}

async function sameAddress(name: string, other: Duplicate, remove: RemoveOther): Promise<void> {
  const { t } = vscode.l10n;
  const message = t(
    '“{0}” in {1} has the same address as “{2}”. VS Code connects to it twice and signs in to “{0}” itself. Remove one of them.',
    other.name,
    other.file,
    name,
  );
  const removeOurs = { title: t('Remove “{0}”…', name), run: runFor('removeServer', name) };
  await offer('information', message, removeOurs, other, remove);
}

async function several(names: readonly string[]): Promise<void> {
  const { t } = vscode.l10n;
  const show = t('Show Servers');
  const message = t(
    'VS Code has its own servers with the names or addresses of {0}. It turns yours off or connects twice. See each server in the list.',
    firstNames(names),
  );
  if ((await notifications.warning(message, show)) === show)
    await vscode.commands.executeCommand(commandId('showServers'));
}

function runFor(command: CommandId, name: string): () => Thenable<unknown> {
  return () => vscode.commands.executeCommand(commandId(command), name);
}

/** Shows the message with the ways out: a change of ours, the removal of the other, or the file with the other. */
async function offer(
  severity: 'information' | 'warning',
  message: string,
  ours: { readonly title: string; readonly run: () => Thenable<unknown> },
  { name, file, uri }: Duplicate,
  remove: RemoveOther,
): Promise<void> {
  const removeOther = vscode.l10n.t('Remove from {0}', file);
  const openFile = vscode.l10n.t('Open {0}', file);
  const buttons = [ours.title, ...(uri === undefined ? [] : [removeOther, openFile])];
  const choice = await notifications[severity](message, ...buttons);
  if (choice === ours.title) await ours.run();
  else if (uri !== undefined && choice === removeOther) await remove(uri, name);
  else if (uri !== undefined && choice === openFile) await vscode.window.showTextDocument(uri);
}

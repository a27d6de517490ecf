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

/** The settings, as far as the names in them go. */
interface NamedServers {
  readonly servers: readonly ServerConfig[];
  onDidChange(listener: () => void): Disposable;
}

/** The files from which VS Code has names. */
interface ListSource extends Disposable {
  /** Those that switch a server of the same name off. */
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

/** A notification that is shown once about a server of ours. */
interface News {
  readonly name: string;
  readonly key: string;
  readonly tell: () => Promise<void>;
}

/** A server that the editor has from a file at the address of one of ours. */
export interface Duplicate {
  readonly name: string;
  readonly file: string;
  readonly uri?: vscode.Uri | undefined;
}

const toldKey = 'displaced servers told of';

/**
 * The servers of ours that VS Code has from a file as well: of the same name, for which it has switched ours off, or at
 * the same address, to which it connects and signs in a second time, without the broker.
 */
export class DisplacedServers implements Disposable {
  readonly #changed = new Emitter<undefined>();
  readonly #subscriptions: readonly Disposable[];
  /** Names that the editor has started all the same: the user has switched the other server off. */
  readonly #started = new Set<string>();

  readonly onDidChange = this.#changed.event;
  /** Until imports are registered, the file is opened instead. */
  removeOther: RemoveOther = async (uri) => {
    await vscode.window.showTextDocument(uri);
  };

  /** @param memory of this workspace, for telling of each file once */
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

  /** The file with the other server; undefined if ours is on. */
  fileFor(name: string): string | undefined {
    return this.#started.has(name) ? undefined : this.#displacing(name)?.file;
  }

  /** Reads the files again, before their watcher tells of a change. */
  async look(): Promise<void> {
    await this.others.look?.();
  }

  /** The server of another name at the same address; one of the same name goes before it. */
  duplicateOf({ name, url }: NamedServer): Duplicate | undefined {
    if (this.fileFor(name) !== undefined) return undefined;
    const found = serverAtSameAddress(url, this.others.all);
    if (found === undefined) return undefined;
    const { file, uri } = found.list;
    return defined({ name: found.name, file, uri });
  }

  /** Marks duplicates as known that the user has asked for, such as by copying servers from VS Code. */
  async markTold(servers: readonly NamedServer[]): Promise<void> {
    const wanted = servers.flatMap((server) => {
      const duplicate = this.duplicateOf(server);
      return duplicate === undefined ? [] : [sameAddressKey(server.name, duplicate)];
    });
    if (wanted.length > 0) await this.memory.set(toldKey, [...this.#told, ...wanted]);
  }

  /** What the editor has from elsewhere and would run in place of a server of the same name. */
  get lists(): readonly OtherServers[] {
    return this.others.lists;
  }

  /** The same endpoints, through which it is seen that the editor starts a server. */
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
      // What cannot be remembered is shown once more in the next window.
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

import * as vscode from 'vscode';
import { displacingList } from '../broker/displacedServers.js';
import { Emitter } from '../broker/emitter.js';
import type { Disposable, Memory } from '../broker/ports.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import type { Endpoints } from './endpoints.js';
import { notifications } from './notifications.js';
import { EditorMemory } from './memory.js';
import { OtherServerLists, type OtherServers } from './otherServerLists.js';
import { openServerSettings } from './serverSettings.js';

/** The settings, as far as the names in them go. */
interface NamedServers {
  readonly servers: readonly ServerConfig[];
  onDidChange(listener: () => void): Disposable;
}

/** Where the names that VS Code has from files come from. */
interface ListSource extends Disposable {
  readonly lists: readonly OtherServers[];
  look?(): Promise<void>;
  onDidChange(listener: () => void): Disposable;
}

type Tell = (name: string, by: OtherServers) => Promise<void>;

const toldKey = 'displaced servers told of';

/** The servers of ours that VS Code has switched off, because a file has a server of the same name. */
export class DisplacedServers implements Disposable {
  readonly #changed = new Emitter<undefined>();
  readonly #subscriptions: readonly Disposable[];
  /** Names that the editor has started all the same: the user has switched the other server off. */
  readonly #started = new Set<string>();

  readonly onDidChange = this.#changed.event;

  /** @param memory of this workspace, for telling of each file once */
  constructor(
    private readonly settings: NamedServers,
    private readonly others: ListSource,
    private readonly memory: Memory,
    private readonly tell: Tell = tellOnce,
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
    for (const { name } of this.settings.servers) {
      const by = this.#displacing(name);
      if (by !== undefined) this.#tellOf(name, by);
    }
    this.#changed.fire(undefined);
  }

  #tellOf(name: string, by: OtherServers): void {
    const stored = this.memory.get(toldKey);
    const told = Array.isArray(stored) ? (stored as readonly unknown[]) : [];
    const one = `${name} ${by.file}`;
    if (told.includes(one)) return;
    // What cannot be remembered is told once more in the next window.
    this.memory.set(toldKey, [...told, one]).catch(() => undefined);
    void this.tell(name, by);
  }
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

async function tellOnce(name: string, { file, uri }: OtherServers): Promise<void> {
  const { t } = vscode.l10n;
  const openFile = t('Open {0}', file);
  const openSettings = t('Open Settings');
  const choice = await notifications.warning(
    t('VS Code switched off “{0}”: {1} has a server with the same name. Rename one of them.', name, file),
    ...(uri === undefined ? [] : [openFile]),
    openSettings,
  );
  if (choice === openSettings) await openServerSettings();
  else if (choice === openFile && uri !== undefined) await vscode.window.showTextDocument(uri);
}

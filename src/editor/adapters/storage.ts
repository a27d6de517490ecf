import type * as vscode from 'vscode';
import type { Clock, Disposable } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { SecretStore, Memory } from '../../base/storage.js';
import { TimedSecretStore } from '../../broker/accounts/secretStorageTimeout.js';
import type { EditorPlace } from './editorPlace.js';

/** The editor's SecretStorage, which is the only place for secrets. */
export class EditorSecretStore extends TimedSecretStore {
  /** In a browser, each tab reads the storage once and is notified only of its own writes. */
  readonly tellsAllWindows: boolean;

  constructor(secrets: vscode.SecretStorage, { isDesktop }: EditorPlace, clock: Clock, log: Log) {
    super(new EditorSecrets(secrets), clock, log);
    this.tellsAllWindows = isDesktop;
  }
}

/**
 * Accesses the storage. A request completes when the editor's window responds, which never happens while its
 * computer sleeps.
 */
class EditorSecrets implements SecretStore {
  /** Absent in the oldest supported editor. */
  readonly keys?: () => Promise<readonly string[]>;

  constructor(private readonly secrets: vscode.SecretStorage & { keys?(): Thenable<string[]> }) {
    if (secrets.keys !== undefined) this.keys = async () => (await secrets.keys?.()) ?? [];
  }

  async get(key: string): Promise<string | undefined> {
    return this.secrets.get(key);
  }

  async set(key: string, value: string): Promise<void> {
    await this.secrets.store(key, value);
  }

  async delete(key: string): Promise<void> {
    await this.secrets.delete(key);
  }

  onDidChange(listener: (key: string) => void): Disposable {
    return this.secrets.onDidChange(({ key }) => listener(key));
  }
}

/** The extension's data on this machine that is not secret; it is never synchronized to another machine. */
export class EditorMemory implements Memory {
  constructor(private readonly state: vscode.Memento) {}

  get(key: string): unknown {
    return this.state.get(key);
  }

  async set(key: string, value: unknown): Promise<void> {
    await this.state.update(key, value);
  }
}

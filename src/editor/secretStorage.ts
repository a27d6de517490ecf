import type * as vscode from 'vscode';
import type { Disposable, SecretStore } from '../broker/ports.js';
import type { EditorPlace } from './editorPlace.js';

/** The editor's SecretStorage: the one place where anything secret is kept. */
export class EditorSecretStore implements SecretStore {
  /** In a browser each tab reads the storage once and hears of its own writes only. */
  readonly tellsAllWindows: boolean;

  constructor(
    private readonly secrets: vscode.SecretStorage,
    { isDesktop }: Pick<EditorPlace, 'isDesktop'>,
  ) {
    this.tellsAllWindows = isDesktop;
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

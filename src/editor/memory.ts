import type * as vscode from 'vscode';
import type { Memory } from '../broker/ports.js';

/** What the extension remembers on this machine; not secret, and never synchronized to another. */
export class EditorMemory implements Memory {
  constructor(private readonly state: vscode.Memento) {}

  get(key: string): unknown {
    return this.state.get(key);
  }

  async set(key: string, value: unknown): Promise<void> {
    await this.state.update(key, value);
  }
}

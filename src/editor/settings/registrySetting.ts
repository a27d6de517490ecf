import * as vscode from 'vscode';
import type { Disposable } from '../../base/clock.js';
import { parseRegistryAddress, type RegistryAddress } from '../../broker/registry/registryAddress.js';
import { section } from '../../broker/settings/ownSettings.js';
import { usersOwn } from './usersOwnSettings.js';
import type { WriteSetting } from './writeSetting.js';

/** The user setting `mcpOAuthBroker.registry`: the MCP registry to search, if any. */
export class RegistrySetting {
  constructor(private readonly write: WriteSetting) {}

  get address(): RegistryAddress {
    return parseRegistryAddress(usersOwn('registry'));
  }

  onDidChange(listener: () => void): Disposable {
    return vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${section}.registry`)) listener();
    });
  }

  /** @throws SettingUnwritable if the setting cannot be written */
  async use(url: string): Promise<void> {
    await this.write('registry', url);
  }
}

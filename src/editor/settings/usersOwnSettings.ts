import * as vscode from 'vscode';
import { section, type OwnSetting } from '../../broker/settings/ownSettings.js';
import { ownValue } from '../../broker/settings/ownValue.js';

/**
 * Returns the value of a setting in the user's own settings; undefined if it is not set there.
 *
 * The declared scope of a setting does not exclude other files. VS Code judges each key of a file by itself,
 * and accepts keys that no extension has declared: `"mcpOAuthBroker.servers.repositories": { "url": … }` in
 * the file of a workspace or a remote machine becomes part of `mcpOAuthBroker.servers`
 * (`configurationModels.ts`, `shouldInclude`). Therefore only the user's own value is read, and only the
 * local one if it is merged with a remote machine's.
 */
export function usersOwn(key: OwnSetting): unknown {
  // The extension host provides more than the API declares (`extHostConfiguration.ts`).
  return ownValue(vscode.workspace.getConfiguration(section).inspect(key));
}

import * as vscode from 'vscode';
import { section, type OwnSetting } from '../../broker/settings/ownSettings.js';
import { ownValue } from '../../broker/settings/ownValue.js';

/**
 * What the user's own settings say; undefined if they say nothing.
 *
 * The scope of a setting does not keep other files from it. VS Code judges each key of a file by itself, and takes one
 * that no extension has declared: `"mcpOAuthBroker.servers.repositories": { "url": … }` in a workspace's or a remote
 * machine's file becomes part of `mcpOAuthBroker.servers` (`configurationModels.ts`, `shouldInclude`). So only the value
 * of the user's settings is read, and where a remote's are mixed into it, only the local one.
 */
export function usersOwn(key: OwnSetting): unknown {
  // The extension host gives more than the API declares (`extHostConfiguration.ts`).
  return ownValue(vscode.workspace.getConfiguration(section).inspect(key));
}

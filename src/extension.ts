import * as vscode from 'vscode';
import { authenticationProviderId } from './editor/authenticationProvider.js';
import { LinkRouter } from './editor/links/linkRouter.js';
import { registerDefinitions } from './editor/mcpServerDefinitions.js';
import { createBundles } from './extension/editorParts.js';
import { createPlatform } from './extension/platform.js';
import { Surfaces } from './extension/surfaces.js';

/**
 * Builds the parts by hand and registers them. Nothing is asked of the network and nothing listens until it is
 * needed.
 */
export function activate(context: vscode.ExtensionContext) {
  const platform = createPlatform(context, vscode.env.remoteName);
  const { own } = platform;
  const bundles = createBundles(context, platform);
  const { core, editor } = bundles;
  const surfaces = own(new Surfaces(context, bundles));
  const links = new LinkRouter(editor.callbackUri, surfaces.linkHandlers, platform.log);
  own(vscode.window.registerUriHandler(links));
  own(registerDefinitions(editor.definitions));
  own(
    vscode.authentication.registerAuthenticationProvider(
      authenticationProviderId,
      'MCP OAuth',
      editor.accounts,
      { supportsMultipleAccounts: true },
    ),
  );

  // The tests inside the extension host use the parts that are registered; no other extension gets any.
  if (context.extensionMode !== vscode.ExtensionMode.Test) return undefined;
  const { settings, toolRules } = platform;
  return { ...core, ...editor, settings, toolRules, links, tree: surfaces.tree, context };
}

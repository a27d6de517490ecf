import * as vscode from 'vscode';
import { directGrantOf } from '../broker/settings/grantChoice.js';
import { noSignInAt } from '../broker/signIn/noSignIn.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import { commandId } from './commands.js';

/**
 * Does what there is to do for a person who wants to sign in to a server where nobody can: where the identity
 * provider's word is taken they sign in there, and where the client calls for itself a check tells whether it can.
 *
 * @returns whether it was such a server
 */
export async function insteadOfSignIn(server: ServerConfig): Promise<boolean> {
  if (noSignInAt(server) === undefined) return false;
  if (directGrantOf(server) === 'enterpriseManaged')
    await vscode.commands.executeCommand(commandId('signInToIdentityProvider'));
  else await vscode.commands.executeCommand(commandId('checkServer'), server.name);
  return true;
}

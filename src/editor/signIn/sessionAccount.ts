import type * as vscode from 'vscode';
import { accountKeyOf, accountLabel, type Credential } from '../../broker/accounts/credential.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';

type SessionAccount = vscode.AuthenticationSessionAccountInformation;

/**
 * Returns the account of a session. Its ID consists of the account's key, which includes the issuer, and the
 * server's address. Neither part ends with a space, so both can be parsed from an ID that an extension has
 * stored.
 */
export function sessionAccount({ name, url }: ServerConfig, credential: Credential): SessionAccount {
  return {
    id: `${accountKeyOf(credential)} ${url}`,
    // The editor groups accounts by label, and signs out whole groups.
    label: `${accountLabel(credential)}${labelSuffix(name)}`,
  };
}

/**
 * Checks whether an account is the one that an extension requests. VS Code passes on the extension's value
 * unchanged (`doGetSession` in src/vs/workbench/api/browser/mainThreadAuthentication.ts) and uses the first
 * session that is returned. The ID decides. The label is compared only if there is no ID, or if the server
 * names no account, in which case each sign-in has a new ID.
 */
export function isAskedFor(asked: SessionAccount, server: ServerConfig, credential: Credential): boolean {
  const { id, label } = sessionAccount(server, credential);
  if (asked.id === id) return true;
  const isNameless = credential.account === undefined && credential.grant === undefined;
  return (asked.id === '' || isNameless) && asked.label === label;
}

/**
 * Checks whether a sign-in that was started for a requested account ended with it. The account may have been
 * requested for another server, because VS Code's list of accounts includes those (`selectSession` in
 * src/vs/workbench/services/authentication/browser/authenticationExtensionsService.ts).
 */
export function isSignInOf(asked: SessionAccount, server: ServerConfig, credential: Credential): boolean {
  return isAskedFor(asked, server, credential) || accountKeyIn(asked) === accountKeyOf(credential);
}

/** Returns the key of a requested account, which need not be signed in; undefined if the ID contains none. */
export function accountKeyIn({ id }: SessionAccount): string | undefined {
  const end = id.lastIndexOf(' ');
  return end <= 0 ? undefined : id.slice(0, end);
}

/** Returns the server's address in an account's ID. */
export function serverUrlIn({ id }: SessionAccount): string {
  return id.slice(id.lastIndexOf(' ') + 1);
}

/**
 * Returns the account's label without this server's name; the label of another server's account is unchanged.
 */
export function labelWithoutServer({ label }: SessionAccount, { name }: ServerConfig): string {
  const suffix = labelSuffix(name);
  return label.endsWith(suffix) ? label.slice(0, -suffix.length) : label;
}

function labelSuffix(serverName: string): string {
  return ` – ${serverName}`;
}

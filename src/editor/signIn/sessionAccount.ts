import type * as vscode from 'vscode';
import { accountKeyOf, accountLabel, type Credential } from '../../broker/accounts/credential.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';

type SessionAccount = vscode.AuthenticationSessionAccountInformation;

/**
 * The account of a session. Its id is the account's key, which names the issuer too, and the server's address: neither
 * holds a space of its own at the end, so both can be read from an id that an extension remembered.
 */
export function sessionAccount({ name, url }: ServerConfig, credential: Credential): SessionAccount {
  return {
    id: `${accountKeyOf(credential)} ${url}`,
    // The editor groups by label, and signs out whole groups.
    label: `${accountLabel(credential)}${labelSuffix(name)}`,
  };
}

/**
 * Whether an extension that asks for an account asks for this one. VS Code passes on what it was given unchanged
 * (`doGetSession` in src/vs/workbench/api/browser/mainThreadAuthentication.ts) and takes the first session returned.
 * The id decides. The label counts only if there is no better: without an id, or at a server that names no account,
 * which gives each sign-in another id.
 */
export function isAskedFor(asked: SessionAccount, server: ServerConfig, credential: Credential): boolean {
  const { id, label } = sessionAccount(server, credential);
  if (asked.id === id) return true;
  const isNameless = credential.account === undefined && credential.grant === undefined;
  return (asked.id === '' || isNameless) && asked.label === label;
}

/**
 * The same for a sign-in that was begun for the account. The account may have been asked for at another server:
 * VS Code's list of accounts offers those too (`selectSession` in
 * src/vs/workbench/services/authentication/browser/authenticationExtensionsService.ts).
 */
export function isSignInOf(asked: SessionAccount, server: ServerConfig, credential: Credential): boolean {
  return isAskedFor(asked, server, credential) || accountKeyIn(asked) === accountKeyOf(credential);
}

/** The key of an account that is asked for, which need not be signed in; undefined if the id has none. */
export function accountKeyIn({ id }: SessionAccount): string | undefined {
  const end = id.lastIndexOf(' ');
  return end <= 0 ? undefined : id.slice(0, end);
}

/** The server's address in an account's id. */
export function serverUrlIn({ id }: SessionAccount): string {
  return id.slice(id.lastIndexOf(' ') + 1);
}

/** The account's own label; that of another server's account is left as it is. */
export function labelWithoutServer({ label }: SessionAccount, { name }: ServerConfig): string {
  const suffix = labelSuffix(name);
  return label.endsWith(suffix) ? label.slice(0, -suffix.length) : label;
}

function labelSuffix(serverName: string): string {
  return ` – ${serverName}`;
}

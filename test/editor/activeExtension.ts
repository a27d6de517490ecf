import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import type { SignInAttempt } from '../../src/broker/signIn/signInAttempt.js';
import type { SignInOutcome } from '../../src/broker/signIn/signIn.js';
import type { activate } from '../../src/extension.js';
import type { DemoUser } from '../demo/people.js';
import { signInAsUser } from '../demo/user.js';

export const extensionId = 'mcp-oauth-broker.mcp-oauth-broker';

/** The activated parts of the extension. */
export type ActiveExtension = NonNullable<ReturnType<typeof activate>>;

export async function activeExtension(): Promise<ActiveExtension> {
  const extension = vscode.extensions.getExtension<ReturnType<typeof activate>>(extensionId);
  assert.ok(extension, 'the extension under test is installed');
  const parts = await extension.activate();
  assert.ok(parts, 'the extension gives its parts to tests');
  return parts;
}

/** Writes the setting as a user does, and waits until the extension has read it. */
export async function configure({ settings }: ActiveExtension, servers: unknown): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('mcpOAuthBroker');
  const isSame = JSON.stringify(configuration.get('servers')) === JSON.stringify(servers ?? {});
  if (isSame) return;
  const heard = next((told) => settings.onDidChange(told));
  await configuration.update('servers', servers, vscode.ConfigurationTarget.Global);
  await heard;
}

/** Resolves with the next value of an event. */
export function next<T>(event: (listener: (value: T) => void) => { dispose(): void }): Promise<T> {
  return new Promise((resolve) => {
    const subscription = event((value) => {
      subscription.dispose();
      resolve(value);
    });
  });
}

export function serverNamed({ settings }: ActiveExtension, name: string): ServerConfig {
  const server = settings.find(name);
  assert.ok(server, `${name} is configured`);
  return server;
}

/**
 * Completes the browser's part of a sign-in.
 *
 * @returns the callback as the URI handler receives it
 */
export async function visitAsUser(attempt: SignInAttempt, user: DemoUser): Promise<vscode.Uri> {
  const page = await attempt.launchPage();
  const redirect = await signInAsUser(page.address, { ...user, consent: 'allow' });
  return callbackUriOf(redirect.search.slice(1));
}

export function callbackUriOf(query: string): vscode.Uri {
  return vscode.Uri.from({ scheme: vscode.env.uriScheme, authority: extensionId, path: '/callback', query });
}

/** Runs a whole sign-in, including the browser's part. */
export async function signInAs(
  extension: ActiveExtension,
  server: ServerConfig,
  user: DemoUser,
): Promise<SignInOutcome> {
  const attempt = extension.signIns.begin(server, { deadline: 20_000 });
  extension.callbackUri.handleUri(await visitAsUser(attempt, user));
  return attempt.outcome;
}

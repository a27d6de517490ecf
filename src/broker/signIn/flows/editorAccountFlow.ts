import type { LaunchVisit } from '../../ports.js';
import type { ServerConfig } from '../../settings/serverSettings.js';
import type { SignInOutcome } from '../signIn.js';

/** Whether the editor signs in, with an account of its own. */
export function usesEditorAccount({ oauth }: ServerConfig): boolean {
  return oauth.authenticationProvider !== undefined;
}

interface EditorAttempt {
  readonly server: ServerConfig;
  readonly outcome: Promise<SignInOutcome>;
  useEditorAccount(): Promise<void>;
}

/** The user has said yes in their browser, and the editor asks for the account: the page says so, and how it ended. */
export async function answerInEditor(attempt: EditorAttempt, visit: LaunchVisit): Promise<void> {
  const { name } = attempt.server;
  visit.wait(`Signing in to ${name}`, 'The editor asks you for the account. Return to the editor.');
  // The attempt may end before the editor's question does.
  void attempt.useEditorAccount();
  const outcome = await attempt.outcome;
  if (outcome.kind === 'signedIn') visit.explain(`Signed in to ${name}`, 'You can close this page.');
  else visit.explain(`Not signed in to ${name}`, 'The editor shows the reason.');
}

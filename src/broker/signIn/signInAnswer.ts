import { displayText, sentence } from '../../base/displayText.js';
import { accountName } from '../accounts/credential.js';
import type { ConsentStatus } from '../status/consentStatus.js';
import type { SignInOutcome } from './signIn.js';

/** The model may be in a session that lists none of the server's tools, because the editor has not started the server. */
const goOn =
  'Its tools can be called now. If none are listed here, tell the user to start the server with the command “MCP: List Servers”.';

/**
 * The text for a model that began a sign-in for the user: what happened, and what it can do next.
 *
 * @param wanted scopes that it requested by name
 */
export function signInAnswer(server: string, outcome: SignInOutcome, wanted: readonly string[]): string {
  switch (outcome.kind) {
    case 'signedIn': {
      const { tokens } = outcome.credential;
      const account = accountName(outcome.credential);
      const who = account === undefined ? '' : ` as ${words(account)}`;
      const lacking = new Set([
        ...outcome.notGranted,
        ...wanted.filter((scope) => !tokens.scopes.includes(scope)),
      ]);
      const less =
        lacking.size === 0
          ? ''
          : ` Not granted: ${[...lacking].map(words).join(', ')}. Tell the user which access is missing.`;
      return `Signed in to ${server}${who}.${less} ${goOn}`;
    }
    case 'declined':
      return `Not signed in to ${server}: the user declined. ${end(outcome.detail)} Do not try again unless the user asks for it.`;
    case 'cancelled':
      return `Not signed in to ${server}: the sign-in was cancelled. Ask the user before trying again.`;
    case 'timedOut':
      return `Not signed in to ${server}: the sign-in in the browser timed out. Ask the user whether to try again.`;
    case 'failed': {
      const { message, details, code } = outcome.error;
      if (code === 'notProtected') return notNeeded(server);
      return `Not signed in to ${server}: it failed. ${end(message)} ${end(details.fix)}`;
    }
  }
}

export function notNeeded(server: string): string {
  return `${server} doesn’t require a sign-in. ${goOn}`;
}

/** For a sign-in that needs nothing from the user. */
export function signedInAlready({ server, account }: ConsentStatus): string {
  const who = account === undefined ? '' : ` as ${words(account)}`;
  return `Already signed in to ${server}${who} with all requested access. ${goOn}`;
}

function end(text: string): string {
  return sentence(words(text));
}

function words(text: string): string {
  return displayText(text) ?? '(unreadable)';
}

import { accountAt } from '../demo/federation/providerAccounts.js';
import { alice, bob } from '../demo/people.js';
import { PROMPT } from './demoStory.js';
import type { Editor } from './editor.js';

/** The prompt for the server without a sign-in. */
export const REPORTS_PROMPT = 'write a summary of last week';

/**
 * Returns the content of the demo and suggested steps, for a new user.
 *
 * @param url the editor's address
 */
export function demoInvitation(url: string, { hasCopilotChat, showsCards, version }: Editor): string {
  const preparation = hasCopilotChat
    ? '"Extensions: Enable All Extensions" (a new browser profile has Copilot Chat off).'
    : `"MCP: List Servers" → repositories → "Start Server" (VS Code ${version} starts none itself).`;
  return `
Open ${url}

  1. F1 → ${preparation}
  2. F1 → "MCP OAuth: Sign In…" → repositories; sign in as ${alice.email} with the password ${alice.password};
     or with Example ID, where it is ${accountAt('example-id', alice).password},
     or with Example Corp, where it is ${accountAt('example-corp', alice).password}.
  3. In the chat: "${PROMPT}"; allow the tool, then consent to repo:write in the ${showsCards ? 'card' : 'notification'}.

Then, in any order:

  - The other server, reports, has nobody signed in yet, so that you see how the chat itself asks:
    "${REPORTS_PROMPT}"; sign in from the card, and the same answer goes on.
  - A second user, ${bob.email} with the password ${bob.password}, for two accounts at one server:
    F1 → "MCP OAuth: Switch Account…" → repositories → "Sign in as another account…". Each call names who acts.
  - A program of yours can use these sign-ins too: F1 → "MCP OAuth: Admit Agent…" gives it an address, a key
    and code to paste. It never sees a token, may do only what you say there, and can be withdrawn in the view Agents.

Ctrl-C ends it and removes everything it wrote.
`;
}

import type { ElicitRequestFormParams } from '@modelcontextprotocol/sdk/types.js';
import { inEnglish, type Translate } from '../base/displayText.js';

/** The command that changes a rule, as the user finds it. */
const command = '“MCP OAuth: Set Tool Rule…”';

/** The call that the user is asked about. All names are fit to be shown. */
export interface ToolCallSubject {
  readonly server: string;
  readonly tool: string;
  readonly account?: string | undefined;
}

export interface AskedForm {
  readonly message: string;
  readonly requestedSchema: ElicitRequestFormParams['requestedSchema'];
}

/** The answer that lets a call run. */
const yes = (t: Translate): string => t('Allow once');

/**
 * The question in the chat about one call: two answers and no way to run it by mistake. The values are the texts
 * themselves, because VS Code shows a choice's value before its title.
 */
export function ruleQuestion(subject: ToolCallSubject, t: Translate = inEnglish): AskedForm {
  return {
    message: withoutMarkup(questionTexts(subject, t)),
    requestedSchema: {
      type: 'object',
      properties: {
        call: {
          type: 'string',
          title: withoutMarkup(t('Run {0}?', subject.tool)),
          enum: [yes(t), t('Don’t run it')],
        },
      },
      required: ['call'],
    },
  };
}

/** Whether the user's answer to {@link ruleQuestion} lets the call run; anything but a plain yes does not. */
export function isAllowedBy(content: unknown, t: Translate = inEnglish): boolean {
  return (content as { readonly call?: unknown } | null | undefined)?.call === yes(t);
}

function questionTexts({ server, tool, account }: ToolCallSubject, t: Translate): string {
  return account === undefined
    ? t('{0} on {1}: your rule is to ask every time.', tool, server)
    : t('{0} on {1} as {2}: your rule is to ask every time.', tool, server, account);
}

/** Clients show an elicitation's message as Markdown; names that servers chose must not become links or pictures. */
function withoutMarkup(text: string): string {
  return text.replace(/[[\]<>`*|\\]+/g, ' ');
}

/** While the user is asked. */
export const waitingForYes = (t: Translate): string => t('Waiting for your approval');

/** Why a call ended without running, as a text that the model can act on. */
export const ruleRefusals = {
  blocked: ({ server, tool }: ToolCallSubject) =>
    `${tool} did not run: the user's rule for this tool of ${server} is to block it, and nothing was sent. Do not try again and do not look for a workaround. The user can change the rule with the command ${command}.`,
  declined: ({ server, tool }: ToolCallSubject) =>
    `${tool} did not run: the user's rule for this tool of ${server} is to ask every time, and the user did not allow this call. Do not try again unless the user asks for it. The user can change the rule with the command ${command}.`,
  asked: ({ server, tool }: ToolCallSubject) =>
    `${tool} was not run: the user's rule for this tool of ${server} is to ask every time. MCP OAuth Broker has asked the user. Tell the user, and call it again only after the user has replied.`,
  timedOut: ({ server, tool }: ToolCallSubject) =>
    `${tool} did not run: the user's rule for this tool of ${server} is to ask every time, and the user did not reply in time. Ask the user whether to try again. Calling the tool again asks again. The command ${command} changes the rule.`,
  nobodyToAsk: ({ server, tool }: ToolCallSubject) =>
    `${tool} did not run: the rule for this tool of ${server} is to ask every time, and this client cannot ask the user.`,
} as const;

/**
 * Replaces a blocked tool's description. The tool stays in the list, so that the model can explain why it does not
 * use it and what helps; its server's description does not stay.
 */
export const blockedDescription = `Blocked by the user in MCP OAuth: every call is refused. Do not call it. If it is needed, tell the user that it is blocked and that the command ${command} changes that.`;

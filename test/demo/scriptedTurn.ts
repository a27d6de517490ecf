/** The fields of a chat completions message that the script reads. */
export interface ChatMessage {
  readonly role: string;
  readonly content?: string | readonly { readonly type?: string; readonly text?: string }[] | null;
  readonly tool_calls?: readonly { readonly id: string; readonly function: { readonly name: string } }[];
  readonly tool_call_id?: string;
}

/** The model's next output: text, or one tool call. */
export type ScriptedStep =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'toolCall'; readonly name: string; readonly args: Readonly<Record<string, string>> };

interface Errand {
  /** The tool's server. Undefined for a tool of the extension, which has no prefix. */
  readonly server: string | undefined;
  readonly tool: string;
  readonly args: Readonly<Record<string, string>>;
}

const errands: readonly [RegExp, (match: string) => Errand][] = [
  [
    /branch (?:called|named) ["'`]?([\w./-]*[\w-])/i,
    (name) => ({ server: 'repositories', tool: 'create_branch', args: { name } }),
  ],
  [/what is on today/i, () => ({ server: 'calendar', tool: 'list_events', args: {} })],
  [/list .*branches/i, () => ({ server: 'repositories', tool: 'list_branches', args: {} })],
  [/(?:whose account|status) .*servers?/i, () => ({ server: undefined, tool: 'mcpConsent', args: {} })],
  [
    /sign me in (?:to|at) ([\w-]+)/i,
    (server) => ({ server: undefined, tool: 'mcpSignIn', args: { server } }),
  ],
  [
    /summary (?:of|about|on) ([^.?!\n]+)/i,
    (topic) => ({ server: 'reports', tool: 'generate_summary', args: { topic } }),
  ],
];

const failureTexts =
  /did not run|declin|denied|refus|not allowed|could not|cannot|error|fail|cancel|timed out/i;

/**
 * Decides the next step of a conversation by simple rules: performs the task of the last request with its
 * tool, signs in first if only that is offered, and reports the tool's result. A request “…, then …” is two
 * tasks, of which the second is reported.
 *
 * @param toolNames the tools offered with this request
 */
export function nextStep(messages: readonly ChatMessage[], toolNames: readonly string[]): ScriptedStep {
  if (toolNames.length === 0) return say('Demo chat');
  const turn = currentTurn(messages);
  const [errand, results] = errandNow(turn);
  if (!errand) return say('I can create a branch, list branches, or write a summary.');
  const last = results.at(-1);
  if (last?.tool.endsWith(errand.tool)) {
    return say(`${soundsFailed(last.text, errand) ? 'It did not work' : 'Done'}: ${last.text}`);
  }
  const tool = toolOf(errand.server, errand.tool, toolNames);
  if (tool !== undefined) return { kind: 'toolCall', name: tool, args: errand.args };
  if (last) return say(`It did not work: ${last.text}`);
  const signIn = errand.server === undefined ? undefined : toolOf(errand.server, 'sign_in', toolNames);
  if (signIn !== undefined) return { kind: 'toolCall', name: signIn, args: {} };
  return say('I have no tool for that.');
}

/** Returns the text of the last tool result, if there is one. */
export function lastToolResult(messages: readonly ChatMessage[]): string | undefined {
  const result = messages.findLast(({ role }) => role === 'tool');
  return result && textOf(result);
}

interface ToolResult {
  readonly tool: string;
  readonly text: string;
}

/** Returns the user's last request, and the tool results since then. */
interface Turn {
  readonly request: string;
  readonly results: readonly ToolResult[];
}

function currentTurn(messages: readonly ChatMessage[]): Turn {
  const tagged = messages.findLastIndex((message) => isUser(message) && requestTag.test(textOf(message)));
  const start = tagged >= 0 ? tagged : messages.findLastIndex(isUser);
  const [asked] = messages.slice(start);
  const text = asked ? textOf(asked) : '';
  const callNames = new Map(
    messages.flatMap(({ tool_calls = [] }) =>
      tool_calls.map(({ id, function: { name } }) => [id, name] as const),
    ),
  );
  return {
    request: requestTag.exec(text)?.[1] ?? text,
    results: messages
      .slice(start + 1)
      .filter(({ role }) => role === 'tool')
      .map((message) => ({ tool: callNames.get(message.tool_call_id ?? '') ?? '', text: textOf(message) })),
  };
}

/** The editor wraps the typed text in this tag, with additional context. */
const requestTag = /<userRequest>\s*([\s\S]*?)\s*<\/userRequest>/;

function errandOf(request: string): Errand | undefined {
  for (const [pattern, make] of errands) {
    const match = pattern.exec(request);
    if (match) return make((match[1] ?? '').trim());
  }
  return undefined;
}

/** Returns the remaining task of a request, and its tool results. */
function errandNow({ request, results }: Turn): readonly [Errand | undefined, readonly ToolResult[]] {
  const [first, second] = request.split(', then ', 2).map(errandOf);
  const done = results.findIndex(({ tool }) => first !== undefined && tool.endsWith(first.tool));
  return second === undefined || done < 0 ? [first, results] : [second, results.slice(done + 1)];
}

/** Tool results have no error flag here, so the text decides. A branch may be named "fix-error". */
function soundsFailed(text: string, { tool, args }: Errand): boolean {
  // It reports an earlier failure, and did not fail itself.
  if (tool === 'mcpConsent') return false;
  return failureTexts.test(Object.values(args).reduce((rest, arg) => rest.replaceAll(arg, ''), text));
}

/**
 * Returns the offered tool of a server. The editor names it `mcp_<server>_<tool>`, with the server's name
 * truncated.
 */
function toolOf(server: string | undefined, tool: string, offered: readonly string[]): string | undefined {
  if (server === undefined) return offered.find((name) => name === tool);
  return offered.find((name) => name.endsWith(`_${tool}`) && name.includes(server.slice(0, 6)));
}

function isUser({ role }: ChatMessage): boolean {
  return role === 'user';
}

function textOf({ content }: ChatMessage): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map(({ text }) => text ?? '').join('\n');
}

function say(text: string): ScriptedStep {
  return { kind: 'text', text };
}

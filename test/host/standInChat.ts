import { setTimeout as delay } from 'node:timers/promises';
import type * as VsCode from 'vscode';
import type { ChatMessage } from '../demo/scriptedTurn.js';

/** The participant and the vendor of its model, as the extension's manifest names them. */
export const STAND_IN = 'stand-in-chat';
/**
 * A real model also takes a moment, in which the editor registers the tools of a new or changed server. In
 * milliseconds.
 */
const THINKING_MS = 3_000;

interface ModelMessage extends ChatMessage {
  readonly tool_calls?: readonly { id: string; function: { name: string; arguments: string } }[];
}

/**
 * The editor's proposed API `chatProvider` as in VS Code 1.103. Without a model, no participant is called.
 */
interface ModelProviders {
  registerChatModelProvider(vendor: string, provider: object): VsCode.Disposable;
}

/**
 * Runs in the extension host and replaces Copilot Chat in an editor without it. The chat's view, its
 * confirmations and the MCP client are the editor's own. Only this agent is different: it lets the model
 * call the editor's tools until the model returns text.
 *
 * @param vscode the editor's API
 * @param modelUrl base address of an OpenAI-compatible model, ending in `/v1`
 */
export function startStandInChat(vscode: typeof VsCode, modelUrl: string): void {
  const model = {
    ...{ id: 'scripted', name: 'Scripted Local', family: 'scripted', version: '1' },
    ...{ maxInputTokens: 100_000, maxOutputTokens: 8_000, isDefault: true, isUserSelectable: true },
    capabilities: { toolCalling: true },
  };
  (vscode.lm as unknown as ModelProviders).registerChatModelProvider(STAND_IN, {
    prepareLanguageModelChat: () => [model],
    provideLanguageModelChatResponse: () => Promise.reject(new Error('the agent asks its model itself')),
    provideTokenCount: () => 1,
  });
  vscode.chat.createChatParticipant(STAND_IN, async ({ prompt, toolInvocationToken }, _, stream, token) => {
    const messages: ModelMessage[] = [{ role: 'user', content: prompt }];
    for (;;) {
      await delay(THINKING_MS);
      const said = await complete(modelUrl, messages, vscode.lm.tools);
      messages.push(said);
      const [call] = said.tool_calls ?? [];
      if (call === undefined) {
        stream.markdown(typeof said.content === 'string' ? said.content : '');
        return;
      }
      const { name, arguments: args } = call.function;
      const input = JSON.parse(args) as object;
      const content = await vscode.lm
        .invokeTool(name, { input, toolInvocationToken }, token)
        .then(textOf, (error: unknown) => `ERROR while calling tool: ${String(error)}`);
      messages.push({ role: 'tool', tool_call_id: call.id, content });
    }
  });
}

async function complete(
  modelUrl: string,
  messages: readonly ModelMessage[],
  tools: readonly VsCode.LanguageModelToolInformation[],
): Promise<ModelMessage> {
  const offered = tools.map(({ name, description, inputSchema: parameters }) => ({
    type: 'function',
    function: { name, description, parameters },
  }));
  const response = await fetch(`${modelUrl}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ messages, tools: offered }),
  });
  const { choices } = (await response.json()) as { choices: { message: ModelMessage }[] };
  const [choice] = choices;
  if (choice === undefined) throw new Error('the model said nothing');
  return choice.message;
}

function textOf({ content }: VsCode.LanguageModelToolResult): string {
  const texts = content.map((part) => (part as { readonly value?: unknown }).value);
  return texts.filter((value) => typeof value === 'string').join('\n');
}

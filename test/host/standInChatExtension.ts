import path from 'node:path';
import type { Editor } from './editor.js';
import { STAND_IN } from './standInChat.js';
import { packTestExtension, TEST_PUBLISHER } from './testExtension.js';

/** Options of a code-server that give its chat an agent. */
export interface ChatAgent {
  readonly vsix: readonly string[];
  readonly proposedApiFor: readonly string[];
}

/**
 * Returns the agent of an editor's chat: its own Copilot Chat, or an extension with {@link
 * startStandInChat}.
 *
 * @param dir absolute
 * @param modelUrl base address of an OpenAI-compatible model, ending in `/v1`
 */
export async function chatAgentOf(editor: Editor, dir: string, modelUrl: string): Promise<ChatAgent> {
  if (editor.hasCopilotChat) return { vsix: [], proposedApiFor: [] };
  return {
    vsix: [await packStandInChat(dir, modelUrl)],
    proposedApiFor: [`${TEST_PUBLISHER}.${STAND_IN}`],
  };
}

function packStandInChat(dir: string, modelUrl: string): Promise<string> {
  const source = `const chat = require(${JSON.stringify(path.join(__dirname, 'standInChat.js'))});
exports.activate = () => chat.startStandInChat(require('vscode'), ${JSON.stringify(modelUrl)});
`;
  const participant = {
    ...{ id: STAND_IN, name: STAND_IN, fullName: 'Stand-in for Copilot Chat', isDefault: true },
    ...{ modes: ['ask', 'agent'], locations: ['panel'] },
  };
  return packTestExtension(dir, STAND_IN, source, {
    enabledApiProposals: ['chatParticipantAdditions', 'chatProvider', 'defaultChatParticipant'],
    contributes: {
      chatParticipants: [participant],
      languageModels: [{ vendor: STAND_IN, displayName: 'Scripted' }],
    },
  });
}

import path from 'node:path';
import { STAND_IN } from './standInChat.js';
import { packTestExtension, TEST_PUBLISHER } from './testExtension.js';

/** To be given the proposed API it needs: that of a chat agent which takes what is said to nobody else. */
export const STAND_IN_EXTENSION = `${TEST_PUBLISHER}.${STAND_IN}`;

/**
 * The extension that {@link startStandInChat} runs in.
 *
 * @param dir absolute
 * @param modelUrl base address of an OpenAI-compatible model, ending in `/v1`
 * @returns the VSIX, absolute
 */
export function packStandInChat(dir: string, modelUrl: string): Promise<string> {
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

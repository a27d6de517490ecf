import type { InitializeResult, Result, Tool } from '@modelcontextprotocol/sdk/types.js';
import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/sdk/types.js';
import { ownProtocolVersion } from '../mcp/relayMessages.js';
import { signInTool } from '../mcp/signInTool.js';
import { admittedTools } from './admittedTools.js';
import type { BlockedTools } from './blockedTools.js';
import type { RelaySession } from './relaySession.js';
import { isListMethod, type ServerProfiles } from './serverProfiles.js';

/**
 * A session that the relay answers alone, because nobody is signed in or the server cannot be reached: it
 * starts all the same, lists what was known at the last sign-in, and opens nothing by itself.
 */
export class SignedOutSessions {
  constructor(
    private readonly profiles: ServerProfiles,
    private readonly blocked: BlockedTools,
  ) {}

  initializeResult(session: RelaySession): InitializeResult {
    const known = this.profiles.information(session.server);
    const asked = session.initialize.params?.['protocolVersion'];
    const supported = typeof asked === 'string' && SUPPORTED_PROTOCOL_VERSIONS.includes(asked);
    return {
      protocolVersion: supported ? asked : ownProtocolVersion,
      serverInfo: known?.serverInfo ?? { name: session.server.name, version: '0' },
      capabilities: {
        // Before the first sign-in it is not known what the server has; its empty lists are told to change.
        ...(known?.capabilities ?? { resources: { listChanged: true }, prompts: { listChanged: true } }),
        tools: { listChanged: true },
      },
      ...(known?.instructions !== undefined && { instructions: known.instructions }),
    };
  }

  tools(session: RelaySession): readonly Tool[] {
    const known = this.profiles.tools(session.server);
    session.offeredSignIn = known === undefined || known.length === 0;
    return session.offeredSignIn
      ? [signInTool(session.server.name)]
      : this.blocked.marked(session.server, admittedTools(session.caller, known ?? []));
  }

  /** @returns undefined where only the upstream can answer */
  answerTo(session: RelaySession, method: string): Result | undefined {
    switch (method) {
      case 'ping':
      case 'logging/setLevel':
        return {};
      case 'tools/list':
        return { tools: this.tools(session) };
      case 'completion/complete':
        // Said at every key while an argument is typed: what is worth a question is the prompt itself.
        return { completion: { values: [] } };
      default:
        return isListMethod(method) ? this.profiles.listed(session.server, method) : undefined;
    }
  }
}

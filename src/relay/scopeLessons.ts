import type { AuthorizedOutcome } from '../broker/authorizedFetch.js';
import type { ToolScopes } from '../broker/tools/toolScopes.js';
import type { HeldRequest } from './heldRequest.js';
import type { ServerProfiles } from './serverProfiles.js';

/** Learns from what a tool call met at its server which scopes the tool needs. */
export class ScopeLessons {
  constructor(
    private readonly toolScopes: ToolScopes,
    private readonly profiles: ServerProfiles,
  ) {}

  /** What cannot be remembered is no reason to lose an answer. */
  async take(held: HeldRequest, outcome: AuthorizedOutcome): Promise<void> {
    if (held.tool !== undefined) await this.#take(held, held.tool, outcome).catch(() => undefined);
  }

  async #take(held: HeldRequest, tool: string, outcome: AuthorizedOutcome): Promise<void> {
    const { server } = held.session;
    if (outcome.kind === 'consentNeeded' && outcome.need.kind === 'stepUp') {
      await this.toolScopes.challenged(server, tool, outcome.need.challenge.scopes ?? []);
    } else if (outcome.kind === 'response' && outcome.response.ok && outcome.credential !== undefined) {
      const declaration = this.profiles.declarations(server).find(({ name }) => name === tool);
      await this.toolScopes.letThrough(server, tool, outcome.credential.tokens.scopes, declaration);
    }
  }
}

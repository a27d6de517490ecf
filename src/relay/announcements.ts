import { listChangedMessages, toolsChangedMessage } from '../mcp/relayMessages.js';
import type { CallerSessions } from './callers/callerSessions.js';
import type { CallerSession } from './callers/callerSession.js';
import type { Subscriptions } from './subscriptions.js';
import type { ToolTitles } from './calls/toolTitles.js';
import type { UpstreamSessions } from './upstream/upstreamSessions.js';

/** Tells callers, in their sessions and in their subscriptions, that what they have listed is outdated. */
export class Announcements {
  constructor(
    private readonly sessions: CallerSessions,
    private readonly upstreams: UpstreamSessions,
    private readonly subscriptions: Subscriptions,
    private readonly titles: ToolTitles,
  ) {}

  /**
   * After a sign-in began, was renewed or ended: leaves the upstream sessions of accounts that no longer act, and
   * announces every list to the callers whose session the relay answers alone. Subscriptions watch their own account.
   */
  async serverChanged(serverUrl: string): Promise<void> {
    for (const session of this.sessions.at(serverUrl)) {
      // Storage that cannot be read now is read again before the next request is sent.
      await this.upstreams.leaveIfAccountChanged(session).catch(() => undefined);
      // A request that waits for this very change tells the caller on its own stream.
      if (session.upstream !== undefined || session.running.size > 0) await this.#announceTitles(session);
      else for (const message of listChangedMessages()) session.push(message);
    }
  }

  /** To the callers whose lists of a server's tools name other access than there is now. */
  async accessChanged(serverUrl: string): Promise<void> {
    for (const session of this.sessions.at(serverUrl)) await this.#announceTitles(session);
    await this.subscriptions.accessChanged(serverUrl);
  }

  /** To every caller. */
  toolsChanged(): void {
    for (const session of this.sessions.all) session.push(toolsChangedMessage);
    this.subscriptions.toolsChanged();
  }

  /** Storage that cannot be read now is read again at the next change. */
  async #announceTitles(session: CallerSession): Promise<void> {
    if (await this.titles.areOutdated(session).catch(() => false)) session.push(toolsChangedMessage);
  }
}

import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { Translate } from '../../base/displayText.js';
import type { Caller } from './callerAdmission.js';
import { CallerSession } from './callerSession.js';
import { BoundedSet } from '../../base/boundedSet.js';

/**
 * The most sessions of one caller. A caller whose process ends does not end its sessions, so those that were
 * idle longest are removed.
 */
const sessionLimit = 200;

/** The sessions of all callers, by the caller and the server with which they were started. */
export class CallerSessions {
  /** The sessions in the order of their last use. */
  readonly #sessions = new Map<string, CallerSession>();
  /** The last parts of the IDs of ended sessions, which must not be resumed. */
  readonly #over = new BoundedSet(1_000);

  constructor(private readonly t: Translate | undefined) {}

  get all(): readonly CallerSession[] {
    return [...this.#sessions.values()];
  }

  at(serverUrl: string): readonly CallerSession[] {
    return this.all.filter(({ server }) => server.url === serverUrl);
  }

  of(callerId: string): readonly CallerSession[] {
    return this.all.filter(({ caller }) => caller.id === callerId);
  }

  /**
   * Returns the session with this ID, if it belongs to the caller. An ID that another window issued is
   * resumed if it can be decrypted.
   */
  find(server: ServerConfig, caller: Caller, id: string | undefined): CallerSession | undefined {
    if (id === undefined) return undefined;
    const session = this.#sessions.get(id) ?? this.#resume(server, caller, id);
    if (session?.caller.id !== caller.id || session.server.url !== server.url) return undefined;
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, session);
    return session;
  }

  /** Adds a session, and ends the caller's excess sessions that are not in use. */
  begin(session: CallerSession): void {
    const own = this.of(session.caller.id);
    let surplus = own.length - sessionLimit + 1;
    for (const idle of own) {
      if (surplus <= 0) break;
      if (idle.isInUse) continue;
      this.#sessions.delete(idle.id);
      idle.close();
      surplus--;
    }
    this.#sessions.set(session.id, session);
  }

  /** Removes a session, so that it is no longer found; the caller of this method closes it. */
  leave(session: CallerSession): void {
    this.#sessions.delete(session.id);
    this.#over.add(endOf(session.id));
  }

  end(session: CallerSession): void {
    this.leave(session);
    session.close();
  }

  #resume(server: ServerConfig, caller: Caller, id: string): CallerSession | undefined {
    if (this.#over.has(endOf(id))) return undefined;
    const initialize = caller.seal?.open({ callerId: caller.id, serverUrl: server.url }, id);
    if (initialize === undefined) return undefined;
    const session = new CallerSession(server, caller, initialize, false, this.t, id);
    this.begin(session);
    return session;
  }
}

/** Returns the part that distinguishes IDs: a sealed ID ends with its authentication tag. */
function endOf(id: string): string {
  return id.slice(-40);
}

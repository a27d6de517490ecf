import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { Translate } from '../../base/displayText.js';
import type { Caller } from './callerAdmission.js';
import { CallerSession } from './callerSession.js';
import { BoundedSet } from '../../base/boundedSet.js';

/** Sessions of one caller. They end without notice when its process does; those that were idle longest make room. */
const sessionLimit = 200;

/** The sessions of all callers, each for the caller and the server it was begun with. */
export class CallerSessions {
  /** In the order of their last use. */
  readonly #sessions = new Map<string, CallerSession>();
  /** Ends of the ids of ended sessions, which are not resumed. */
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

  /** Another caller's id finds nothing; an id that another window issued is resumed if it can be opened. */
  find(server: ServerConfig, caller: Caller, id: string | undefined): CallerSession | undefined {
    if (id === undefined) return undefined;
    const session = this.#sessions.get(id) ?? this.#resume(server, caller, id);
    if (session?.caller.id !== caller.id || session.server.url !== server.url) return undefined;
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, session);
    return session;
  }

  /** Ends those of the same caller that are too many and in no use. */
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

  /** The session can no longer be found; the caller of this method closes it. */
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

/** The part that tells ids apart: a sealed id ends in its authentication tag. */
function endOf(id: string): string {
  return id.slice(-40);
}

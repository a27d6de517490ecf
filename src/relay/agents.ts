import type { AgentAdmission } from '../broker/agentAdmission.js';
import { AgentAdmissions } from '../broker/agentAdmissions.js';
import { AgentAsksOfWindows } from '../broker/agentAsksOfWindows.js';
import { isOther, placeOf } from '../broker/agentSignIn.js';
import type { AgentConsents } from '../broker/agentConsents.js';
import type { AgentSettings } from '../broker/agentSettings.js';
import { errorName } from '../broker/errorName.js';
import type { Clock, Disposable, Lock, Log, SharedRecords, WindowNotices } from '../broker/ports.js';
import type { Credential } from '../broker/credential.js';
import type { CredentialStore } from '../broker/credentialStore.js';
import type { ServerConfig } from '../broker/serverSettings.js';
import type { SignOuts } from '../broker/signOut.js';
import { AgentEntrance } from './agentEntrance.js';
import { AgentLimits } from './agentLimits.js';
import { AgentsPort } from './agentsPort.js';
import type { Relay } from './relay.js';

export interface AgentsParts {
  readonly relay: Relay;
  readonly servers: () => readonly ServerConfig[];
  readonly credentials: CredentialStore;
  readonly signOuts: SignOuts;
  readonly records: SharedRecords;
  readonly settings: () => AgentSettings;
  /** How windows let each other know what agents wait for; absent where there is one only. */
  readonly agentNotices?: WindowNotices;
  readonly lock: Lock;
  readonly clock: Clock;
  readonly log: Log;
}

/** The relay's side for agents: their admissions, their port, and what they wait for. */
export class Agents implements Disposable {
  readonly admissions: AgentAdmissions;
  readonly port: AgentsPort;
  readonly consents: AgentConsents;
  readonly #entrance: AgentEntrance;
  readonly #asks: AgentAsksOfWindows | undefined;
  readonly #signOut: Disposable;

  constructor(private readonly parts: AgentsParts) {
    const { relay, servers, records, settings, agentNotices, lock, clock, log } = parts;
    this.admissions = new AgentAdmissions(records, lock, clock, log);
    this.consents = relay.agentConsents;
    this.#asks = agentNotices && new AgentAsksOfWindows(this.consents, servers, agentNotices);
    const limits = new AgentLimits(settings, clock);
    this.#entrance = new AgentEntrance({
      admissions: this.admissions,
      servers,
      endpoint: relay.endpoint,
      limits,
      onLeft: (agentId) => {
        relay.agentConsents.forget(agentId);
        relay.agentToolAnswers.forget(agentId);
      },
      clock,
      log,
    });
    this.port = new AgentsPort({
      admissions: this.admissions,
      port: () => settings().port,
      onRequest: (request, response, port) => void this.#entrance.answer(request, response, port),
      onLook: () => this.#entrance.cutOff(),
      clock,
      log,
    });
    // Who signs out takes back what agents have of theirs.
    this.#signOut = parts.signOuts.onDidSignOut(
      ({ server, credential }) => void this.#signedOut(server, credential),
    );
  }

  /** An agent is admitted no more; the sign-ins that are for it alone end with it, revoked where that can be done. */
  async withdraw({ id }: Pick<AgentAdmission, 'id'>): Promise<void> {
    await this.admissions.withdraw(id);
    for (const server of this.parts.servers()) await this.parts.signOuts.signOut(placeOf(server, id));
  }

  dispose(): void {
    this.#signOut.dispose();
    this.#asks?.dispose();
    this.port.dispose();
  }

  async #signedOut(server: ServerConfig, person: Credential): Promise<void> {
    try {
      for (const { id } of await this.admissions.all()) {
        const place = placeOf(server, id);
        const own = await this.parts.credentials.get(place.url);
        if (own !== undefined && !isOther(own, person)) await this.parts.signOuts.signOut(place);
      }
    } catch (error) {
      this.parts.log.warn(
        `${server.name}: what agents have of the sign-in could not be ended (${errorName(error)}).`,
      );
    }
  }
}

import { consentStatus, type ConsentStatus, type Observation } from './consentStatus.js';
import { credentialFacts } from './credential.js';
import type { CredentialStore } from './credentialStore.js';
import { Emitter } from './emitter.js';
import { isUnattended } from './grantChoice.js';
import type { Clock, Disposable } from './ports.js';
import type { ServerConfig } from './serverSettings.js';

/**
 * What else was seen of the old credential says nothing of the new one, or of having none. A scope that a tool
 * asked for is held or not: a refresh does not grant it.
 */
const outlivesCredential = new Set<Observation['kind']>([
  'unreachable',
  'misconfigured',
  'insufficientScope',
]);

/** The newest observation of each server, and the consent status that follows from it. */
export class ServerStates implements Disposable {
  readonly #observations = new Map<string, Observation>();
  readonly #awaiting = new Map<string, number>();
  readonly #changed = new Emitter<string>();
  readonly #subscription: Disposable;

  /** Tells the server URL whose status may have changed. */
  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly credentials: CredentialStore,
    private readonly clock: Clock,
  ) {
    this.#subscription = credentials.onDidChange((serverUrl) => {
      const seen = this.#observations.get(serverUrl)?.kind;
      if (seen !== undefined && !outlivesCredential.has(seen)) this.#observations.delete(serverUrl);
      this.#changed.fire(serverUrl);
    });
  }

  observe(server: ServerConfig, observation: Observation): void {
    const before = this.#observations.get(server.url);
    // That one tool was answered grants nothing to the tool that was not.
    if (observation.kind === 'answered' && before?.kind === 'insufficientScope') return;
    this.#observations.set(server.url, observation);
    if (JSON.stringify(before) !== JSON.stringify(observation)) this.#changed.fire(server.url);
  }

  /** What was seen counts no more: the next call may be met otherwise. */
  forget(server: ServerConfig): void {
    if (this.#observations.delete(server.url)) this.#changed.fire(server.url);
  }

  /** Marks a consent as open for as long as the returned object is not disposed. */
  awaitConsent(server: ServerConfig): Disposable {
    const adjust = (by: number) => {
      this.#awaiting.set(server.url, (this.#awaiting.get(server.url) ?? 0) + by);
      this.#changed.fire(server.url);
    };
    adjust(1);
    let open = true;
    return {
      dispose: () => {
        if (open) adjust(-1);
        open = false;
      },
    };
  }

  async statusOf(server: ServerConfig): Promise<ConsentStatus> {
    const credential = await this.credentials.get(server.url);
    const observation = this.#observations.get(server.url);
    return consentStatus(
      {
        server: server.name,
        awaitingConsent: (this.#awaiting.get(server.url) ?? 0) > 0,
        ...(credential !== undefined && { credential: credentialFacts(credential) }),
        ...(observation !== undefined && { observation }),
        isUnattended: isUnattended(server),
      },
      this.clock.now(),
    );
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}

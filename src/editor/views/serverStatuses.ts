import type * as vscode from 'vscode';
import { Emitter } from '../../base/event.js';
import type { ConsentStatus } from '../../broker/status/consentStatus.js';
import type { CredentialStore } from '../../broker/accounts/credentialStore.js';
import type { Clock, Disposable } from '../../base/clock.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { ServerStates } from '../../broker/status/serverStates.js';
import { displacedServers, type DisplacedServers, type Duplicate } from '../settings/displacedServers.js';
import type { EditorServerSettings } from '../settings/serverSettings.js';

export interface ServerStatus {
  readonly server: ServerConfig;
  readonly status: ConsentStatus;
  /**
   * The file that contains a server of the same name, if the editor has switched this server off because of
   * it.
   */
  readonly displacedBy?: string | undefined;
  /** A server at the same address that the editor has from a file. */
  readonly duplicate?: Duplicate | undefined;
}

/**
 * Creates the statuses for this window. The window also reads the files that may contain servers of the same
 * name.
 */
export function serverStatuses(
  context: vscode.ExtensionContext,
  settings: EditorServerSettings,
  states: ServerStates,
  credentials: CredentialStore,
  clock: Clock,
): ServerStatuses {
  return new ServerStatuses(settings, states, credentials, clock, displacedServers(context, settings));
}

/** The longest delay of a timer, in milliseconds: timers store it in 31 bits. */
const longestTimer = 0x7fff_ffff;

/**
 * The statuses of the configured servers, for every view that shows them. They are read from storage; no
 * request is sent.
 */
export class ServerStatuses implements Disposable {
  readonly #changed = new Emitter<undefined>();
  readonly #subscriptions: readonly Disposable[];
  #nextExpiry: Disposable | undefined;

  /** Fires when any status may have changed, including when a token expires without a request. */
  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly settings: EditorServerSettings,
    private readonly states: ServerStates,
    private readonly credentials: CredentialStore,
    private readonly clock: Clock,
    readonly displaced: DisplacedServers,
  ) {
    const changed = () => this.#changed.fire(undefined);
    this.#subscriptions = [states, settings, displaced].map((source) => source.onDidChange(changed));
  }

  async all(): Promise<readonly ServerStatus[]> {
    const { servers } = this.settings;
    await this.#watchExpiry(servers);
    return Promise.all(
      servers.map(async (server) => {
        const status = await this.states.statusOf(server);
        const displacedBy = this.displaced.fileFor(server.name);
        const duplicate = this.displaced.duplicateOf(server);
        return {
          ...{ server, status },
          displacedBy,
          duplicate,
        };
      }),
    );
  }

  dispose(): void {
    this.#nextExpiry?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.displaced.dispose();
  }

  /** Watches for the expiry of tokens without a refresh token, because no event announces it. */
  async #watchExpiry(servers: readonly ServerConfig[]): Promise<void> {
    const now = this.clock.now();
    const credentials = await Promise.all(servers.map(({ url }) => this.credentials.all(url)));
    const ends = credentials
      .flat()
      .map(({ tokens }) => tokens.expiresAt ?? 0)
      .filter((expiresAt) => expiresAt > now);
    this.#nextExpiry?.dispose();
    this.#nextExpiry =
      ends.length === 0
        ? undefined
        : this.clock.after(Math.min(Math.min(...ends) - now, longestTimer), () =>
            this.#changed.fire(undefined),
          );
  }
}

import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../base/clock.js';
import { isExposedMode, readWindowAddresses, requestAddress } from '../../node/windows/windowAddresses.js';
import { isObject } from '../../oauth/jsonResponse.js';

/** Where the bridge calls, and with which key. */
export interface BridgePlace {
  readonly url: string;
  readonly key: string;
}

/** The places where the broker serves. */
export interface BridgePlaces {
  /**
   * Reads them again.
   *
   * @returns the best place first; none if no window serves now
   */
  find(): Promise<readonly BridgePlace[]>;
  /** Another window takes over the same address with the same session, so that the bridge stays with it. */
  readonly isLasting: boolean;
  /** The text for the client about a failure. */
  readonly texts: {
    /** No window served in time. */
    readonly noWindow: () => string;
    /** The key or the server is not known there. */
    readonly unknown: string;
  };
}

const exposed = 'Other users can read the key file. Only its owner may read it (mode 0600).';

const gone =
  'The key file is missing because the agent was disconnected or withdrawn. Ask the user to connect it again.';
const unreadable = 'The key file cannot be read.';

/** The file of an agent is wrong; the message contains nothing of it. */
class UnusableFile extends Error {
  override readonly name = 'UnusableFile';
}

/**
 * The address that all windows serve for one agent, from the agent's own file. The file is read again when a session
 * begins, because its address and its key can change.
 *
 * @throws Error whose message names what is wrong with the file, and nothing of its content
 */
export function agentPlaces(file: string): BridgePlaces {
  agentPlace(file);
  let fault: string | undefined;
  return {
    isLasting: true,
    find: () => {
      try {
        const place = agentPlace(file);
        fault = undefined;
        return Promise.resolve([place]);
      } catch (error) {
        fault = error instanceof UnusableFile ? error.message : unreadable;
        return Promise.resolve([]);
      }
    },
    texts: {
      noWindow: () => fault ?? 'No editor window serves agents now. Open the editor and call again.',
      unknown: 'The broker does not know this key or this server; the agent may have been withdrawn.',
    },
  };
}

function agentPlace(file: string): BridgePlace {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) throw new UnusableFile(gone);
  if (isExposedMode(stats.mode, stats.uid)) throw new UnusableFile(exposed);
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const { url, key } = isObject(value) ? value : {};
  if (
    typeof url !== 'string' ||
    !/^http:\/\/127\.0\.0\.1:\d+\/agents\//.test(url) ||
    typeof key !== 'string'
  ) {
    throw new UnusableFile('The file does not contain an agents’ address on 127.0.0.1 and a key.');
  }
  return { url, key };
}

/** How long a window has for writing its address before another one is asked, in milliseconds. */
const windowPatience = 3_000;

/** The windows that are open, for what the editor starts on the user's behalf. */
export class WindowPlaces implements BridgePlaces {
  readonly isLasting = false;
  readonly #askedAt = new Map<string, number>();
  #isExposed = false;
  readonly texts: BridgePlaces['texts'];

  /**
   * @param directory in which the windows write their addresses
   * @param server the server's name in the settings
   * @param workingDirectory the session's: the window that has it open comes first, because which account is used
   * is a matter of the workspace
   */
  constructor(
    private readonly directory: string,
    private readonly server: string,
    private readonly workingDirectory: string,
    private readonly clock: Clock,
  ) {
    this.texts = {
      noWindow: () =>
        this.#isExposed
          ? exposed
          : 'No editor window with MCP OAuth Broker is open. Ask the user to open one, and try again.',
      unknown: `The open editor window does not offer the server “${server}”. Ask the user to check the setting mcpOAuthBroker.servers.`,
    };
  }

  async find(): Promise<readonly BridgePlace[]> {
    const { windows, isExposed } = await readWindowAddresses(this.directory);
    this.#isExposed = isExposed;
    const isNear = ({ folders }: { readonly folders: readonly string[] }) =>
      folders.some((folder) => isWithin(this.workingDirectory, folder));
    const ordered = [...windows.filter(isNear), ...windows.filter((window) => !isNear(window))];
    const places: BridgePlace[] = [];
    for (const { name, address } of ordered) {
      if (address !== undefined) {
        places.push({
          url: `${address.url}/mcp/${encodeURIComponent(this.server)}`,
          key: address.key,
        });
      } else if (places.length === 0 && (await this.#isWorthWaitingFor(name))) return [];
    }
    return places;
  }

  /** Asks a window for its address; one that does not write it in time is passed over. */
  async #isWorthWaitingFor(name: string): Promise<boolean> {
    const now = this.clock.now();
    const asked = this.#askedAt.get(name);
    if (asked !== undefined) return now - asked < windowPatience;
    this.#askedAt.set(name, now);
    await requestAddress(this.directory, name).catch(() => undefined);
    return true;
  }
}

function isWithin(directory: string, folder: string): boolean {
  const relative = path.relative(folder, directory);
  return relative === '' || (!relative.startsWith('..') && !path.isAbsolute(relative));
}

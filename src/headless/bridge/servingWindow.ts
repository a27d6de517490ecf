import type { Clock } from '../../base/clock.js';
import type { BridgePlace, BridgePlaces } from './bridgePlaces.js';
import { isRefusedConnection, isUnknownThere } from './brokerConnection.js';

/** How often the bridge looks for a window that serves, in milliseconds. */
const lookEvery = 100;

/** A failure, with a message for the client. */
export class BridgeError extends Error {
  override readonly name: string = 'BridgeError';
}

/** No window serves. */
export class NoWindow extends BridgeError {
  override readonly name = 'NoWindow';
}

/** Where to look for a window, and until when. */
export interface WindowSearch {
  readonly places: BridgePlaces;
  readonly clock: Clock;
  /** In milliseconds. */
  readonly patience: number;
  readonly isOver: () => boolean;
}

/**
 * Does something at the first window that takes it. A window that refused the connection or does not know the key has
 * not done anything, so the next one is tried.
 *
 * @throws NoWindow if none serves in time; BridgeError if all that serve do not know the key or the server
 */
export async function atServingWindow<Result>(
  { places, clock, patience, isOver }: WindowSearch,
  work: (place: BridgePlace) => Promise<Result>,
): Promise<Result> {
  const until = clock.now() + patience;
  for (;;) {
    const found = await places.find();
    let unknown = 0;
    for (const place of found) {
      try {
        return await work(place);
      } catch (error) {
        if (isUnknownThere(error)) unknown++;
        else if (!isRefusedConnection(error)) throw error;
      }
    }
    if (unknown > 0 && unknown === found.length) throw new BridgeError(places.texts.unknown);
    if (isOver() || clock.now() >= until) throw new NoWindow(places.texts.noWindow());
    await pause(clock);
  }
}

export function pause(clock: Clock, milliseconds = lookEvery): Promise<void> {
  return new Promise((resolve) => void clock.after(milliseconds, resolve));
}

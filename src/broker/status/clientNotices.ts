import { isObject } from '../../oauth/jsonResponse.js';
import type { Disposable } from '../../base/clock.js';
import type { WindowNotices } from '../../base/storage.js';

/** Distinguishes one client of the editor from others on the same machine. */
export interface ClientIdentity {
  /** @returns an id that reveals nothing of the client's key */
  obtain(): Promise<{ readonly id: string }>;
}

/**
 * The notices of one client's windows, out of those of all clients that have windows on this machine: the sign-ins
 * and questions of another client's user do not concern this one.
 *
 * A window reads the notices when it opens, and gets the client's key that way. A browser tab that is opened later
 * shares the key only if the key exists by then, because a tab reads secret storage once.
 */
export class ClientNotices implements WindowNotices {
  constructor(
    private readonly notices: WindowNotices,
    private readonly client: ClientIdentity,
  ) {}

  async post(notice: unknown): Promise<void> {
    const { id } = await this.client.obtain();
    await this.notices.post({ client: id, notice });
  }

  async others(): Promise<readonly unknown[]> {
    const { id } = await this.client.obtain();
    const all = await this.notices.others();
    return all.flatMap((one) => (isObject(one) && one['client'] === id ? [one['notice']] : []));
  }

  onDidChange(listener: () => void): Disposable {
    return this.notices.onDidChange(listener);
  }

  dispose(): void {
    this.notices.dispose();
  }
}

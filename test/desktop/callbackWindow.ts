import { CallbackNotices } from '../../src/broker/callbacks/callbackNotices.js';
import { CallbackSecrets } from '../../src/broker/callbacks/callbackSecrets.js';
import { PendingCallbacks } from '../../src/broker/callbacks/pendingCallbacks.js';
import { CallbackUri } from '../../src/editor/adapters/callbackUri.js';
import { ManualClock } from '../broker/manualClock.js';
import { MemoryLog, MemorySecrets } from '../broker/memoryStores.js';
import { NoticeBoard } from '../broker/noticeBoard.js';
import type { OpenedUri } from './desktopUrls.js';

/** What a window shares with others. */
export interface CallbackWindowOptions {
  readonly isDesktop: boolean;
  readonly disk: NoticeBoard;
  readonly secrets: MemorySecrets;
  readonly clock: ManualClock;
}

/** The part of a window that callbacks come to. */
export class CallbackWindow {
  readonly callbacks = new PendingCallbacks();
  readonly log = new MemoryLog();
  readonly #uri: CallbackUri;

  constructor({ isDesktop, disk, secrets, clock }: CallbackWindowOptions) {
    const throughDisk = new CallbackNotices(this.callbacks, disk.for(this), clock, this.log);
    const throughSecrets = new CallbackSecrets(this.callbacks, secrets, clock, this.log);
    const ways = isDesktop ? [throughDisk, throughSecrets] : [throughDisk];
    if (!isDesktop) throughSecrets.dispose();
    this.#uri = new CallbackUri(this.callbacks, ways, this.log, { isDesktop });
  }

  readonly handleUri = (uri: OpenedUri): void => this.#uri.handleUri(uri);

  /** Begins to wait. @returns the callback, when it comes */
  waitFor(state: string, path?: string): Promise<URLSearchParams> {
    return new Promise((resolve) => {
      this.callbacks.expect(state, resolve, path);
    });
  }

  close(): void {
    this.#uri.dispose();
  }
}

/** Windows of one kind, which share what such windows share. */
export class CallbackWindows {
  readonly clock = new ManualClock();
  readonly disk = new NoticeBoard();
  readonly secrets = new MemorySecrets();
  readonly #open: CallbackWindow[] = [];

  constructor(private readonly isDesktop: boolean) {}

  /** @param own what this window does not share with the others */
  open(own: Partial<Pick<CallbackWindowOptions, 'disk' | 'secrets'>> = {}): CallbackWindow {
    const { isDesktop, clock, disk, secrets } = this;
    const window = new CallbackWindow({ isDesktop, clock, disk, secrets, ...own });
    this.#open.push(window);
    return window;
  }

  close(): void {
    for (const window of this.#open.splice(0)) window.close();
  }
}

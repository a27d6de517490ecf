import { callLine, parseCall, recordedAddress, recordedName, type RecordedCall } from './callRecord.js';
import { Emitter } from '../../base/event.js';
import { errorName } from '../../base/errorName.js';
import type { Disposable } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { CallStorage } from '../ports.js';

/** The newest calls, of all windows, that are kept in view. */
export const mostCalls = 10_000;

/** Calls that could not be written are kept in this window all the same. */
const unkept = '';

interface Kept {
  readonly call: RecordedCall;
  readonly part: string;
}

/** The tool calls of every window, newest first. Nothing is read or watched until somebody asks. */
export class CallLedger implements Disposable {
  readonly #added = new Emitter<readonly RecordedCall[]>();
  readonly #removed = new Emitter<undefined>();
  /** In the order they came. */
  #kept: Kept[] = [];
  /** Readings follow each other, so that what each brings is new. */
  #reading: Promise<void> = Promise.resolve();
  #watch: Disposable | undefined;
  #isDisposed = false;

  /** Fires with the calls that ended, in this or another window, newest first, after the first reading. */
  readonly onDidAdd = this.#added.event;
  /** Fires when calls were removed, other than those that newer ones replaced. */
  readonly onDidRemove = this.#removed.event;

  constructor(
    private readonly storage: CallStorage,
    private readonly log: Log,
  ) {}

  /** Never throws: a call is not to fail because it cannot be written down. */
  async add(call: RecordedCall): Promise<void> {
    try {
      await this.storage.append(callLine(call));
    } catch (error) {
      this.log.warn(`A tool call could not be recorded on this machine (${errorName(error)}).`);
      this.#take([{ call, part: unkept }]);
      return;
    }
    // The storage notifies other windows. This one is notified here.
    if (this.#watch !== undefined) await this.#read();
  }

  /** The newest {@link mostCalls}, newest first. */
  async all(): Promise<readonly RecordedCall[]> {
    await this.#follow();
    return this.#kept.map(({ call }) => call).reverse();
  }

  /** The newest calls of one server, newest first. */
  async recent(serverUrl: string, limit: number): Promise<readonly RecordedCall[]> {
    await this.#follow();
    const address = recordedAddress(serverUrl);
    const found: RecordedCall[] = [];
    for (let at = this.#kept.length - 1; at >= 0 && found.length < limit; at--) {
      const call = this.#kept[at]?.call;
      if (call?.serverUrl === address) found.push(call);
    }
    return found;
  }

  /** The newest call of one tool. */
  async lastUse(serverUrl: string, tool: string): Promise<RecordedCall | undefined> {
    await this.#follow();
    const [address, name] = [recordedAddress(serverUrl), recordedName(tool)];
    return this.#kept.findLast(({ call }) => call.serverUrl === address && call.tool === name)?.call;
  }

  /** Removes every call from this machine, for every window. */
  async clear(): Promise<void> {
    await this.storage.clear();
    this.#remove(new Set([unkept]));
    await this.#read();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#watch?.dispose();
    this.storage.dispose();
  }

  async #follow(): Promise<void> {
    if (this.#watch !== undefined || this.#isDisposed) return this.#reading;
    this.#watch = this.storage.watch(() => void this.#read());
    await this.#read({ isFirst: true });
  }

  #read({ isFirst } = { isFirst: false }): Promise<void> {
    this.#reading = this.#reading.then(async () => {
      try {
        const { added, gone } = await this.storage.changes();
        this.#remove(new Set(gone));
        this.#take(
          added.flatMap(({ part, lines }) =>
            lines.flatMap((line) => {
              const call = parseCall(line);
              return call === undefined ? [] : [{ call, part }];
            }),
          ),
          isFirst,
        );
      } catch (error) {
        this.log.warn(`The record of tool calls could not be read (${errorName(error)}).`);
      }
    });
    return this.#reading;
  }

  #take(added: readonly Kept[], areKnown = false): void {
    if (added.length === 0 || this.#isDisposed) return;
    const newest = this.#kept.at(-1)?.call.at ?? 0;
    this.#kept.push(...added);
    if (added.some(({ call }, at) => call.at < (added[at - 1]?.call.at ?? newest))) {
      this.#kept.sort((a, b) => a.call.at - b.call.at);
    }
    if (this.#kept.length > mostCalls) this.#kept = this.#kept.slice(-mostCalls);
    if (!areKnown) this.#added.fire(added.map(({ call }) => call).sort((a, b) => b.at - a.at));
  }

  #remove(gone: ReadonlySet<string>): void {
    const before = this.#kept.length;
    this.#kept = this.#kept.filter(({ part }) => !gone.has(part));
    if (this.#kept.length < before) this.#removed.fire(undefined);
  }
}

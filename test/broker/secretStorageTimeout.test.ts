import assert from 'node:assert/strict';
import { SecretStorageTimeout, TimedSecretStore } from '../../src/broker/accounts/secretStorageTimeout.js';
import { ManualClock } from './manualClock.js';
import { MemoryLog, MemorySecrets } from './memoryStores.js';

/** Secret storage of a client that may sleep. */
class SleepySecrets extends MemorySecrets {
  readonly #waiting: (() => void)[] = [];
  isAsleep = false;

  wake(): void {
    this.isAsleep = false;
    for (const respond of this.#waiting.splice(0)) respond();
  }

  override async get(key: string): Promise<string | undefined> {
    await this.#responding();
    return super.get(key);
  }

  override async set(key: string, value: string): Promise<void> {
    await this.#responding();
    return super.set(key, value);
  }

  #responding(): Promise<void> {
    return new Promise((resolve) => (this.isAsleep ? this.#waiting.push(resolve) : resolve()));
  }
}

describe('secret storage that does not respond', () => {
  let clock: ManualClock;
  let secrets: SleepySecrets;
  let log: MemoryLog;
  let timed: TimedSecretStore;
  beforeEach(() => {
    [clock, secrets, log] = [new ManualClock(), new SleepySecrets(), new MemoryLog()];
    timed = new TimedSecretStore(secrets, clock, log);
    secrets.isAsleep = true;
  });
  const settled = async (promise: Promise<unknown>) => {
    let state = 'pending';
    promise.then(
      () => (state = 'done'),
      () => (state = 'failed'),
    );
    await new Promise<void>((resolve) => setImmediate(resolve));
    return state;
  };

  it('has a timeout of ten seconds, and of one second until it responds again', async () => {
    const reading = timed.get('key');
    clock.advance(9_999);
    assert.equal(await settled(reading), 'pending');
    clock.advance(1);
    await assert.rejects(reading, SecretStorageTimeout);
    const next = timed.get('key');
    clock.advance(1_000);
    await assert.rejects(next, /Wake that computer or reconnect/);
  });

  it('has a timeout of ten seconds again after it has responded', async () => {
    const reading = timed.get('key');
    clock.advance(10_000);
    await assert.rejects(reading, SecretStorageTimeout);
    secrets.wake();
    assert.equal(await timed.get('key'), undefined);
    secrets.isAsleep = true;
    const next = timed.get('key');
    clock.advance(9_999);
    assert.equal(await settled(next), 'pending');
    secrets.wake();
    assert.equal(await next, undefined);
  });

  it('completes a write that timed out, and does not block if the disk has the value', async () => {
    const written = timed.set('key', 'value', { isOnDisk: true });
    clock.advance(1_000);
    await written;
    assert.match(log.lines.join(), /written to disk/);
    assert.equal(secrets.entries.get('key'), undefined);
    secrets.wake();
    await new Promise<void>((resolve) => setImmediate(resolve));
    assert.equal(secrets.entries.get('key'), 'value');
  });

  it('reports an error for a write of a value that is stored nowhere else', async () => {
    const written = timed.set('key', 'value');
    clock.advance(10_000);
    await assert.rejects(written, SecretStorageTimeout);
  });
});

import type { SharedRecord, SharedRecords } from '../../base/storage.js';

/** Records that end with the process, where no others share them. */
export class InMemoryRecords implements SharedRecords {
  readonly entries = new Map<string, SharedRecord>();

  read(name: string): Promise<SharedRecord | undefined> {
    return Promise.resolve(this.entries.get(name));
  }

  generation(name: string): Promise<number | undefined> {
    return Promise.resolve(this.entries.get(name)?.generation);
  }

  write(name: string, record: SharedRecord): Promise<void> {
    this.entries.set(name, record);
    return Promise.resolve();
  }
}

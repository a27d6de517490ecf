import { defined } from '../../base/defined.js';
import type { ClientSecrets } from '../clients/clientSecrets.js';
import { Emitter } from '../../base/event.js';
import type { Memory } from '../../base/storage.js';
import { canonical } from '../settings/settingsToTakeOver.js';
import { sha256 } from '../../base/sha256.js';
import type { ImportPlan, SecretToKeep } from './importPlan.js';
import {
  changedFile,
  importRecordFrom,
  importRecordToMemory,
  restored,
  type ChangedFile,
  type ImportRecord,
} from './importRecord.js';
import { OtherFileFault, type OtherFileStore } from './otherFiles.js';

const memoryKey = 'last import';

/** The setting with our servers. */
export interface ServersSetting {
  /** As it was written; undefined if it is not set. */
  readonly written: Readonly<Record<string, unknown>> | undefined;
  /** @param entries undefined takes the setting out */
  write(entries: Readonly<Record<string, unknown>> | undefined): Promise<void>;
}

export interface ImportsParts {
  readonly store: OtherFileStore;
  readonly setting: ServersSetting;
  readonly clientSecrets: ClientSecrets;
  readonly memory: Memory;
  /** Called when files have changed and our settings have not yet. */
  readonly filesChanged?: () => Promise<void>;
}

/** A file that could not be changed as planned, and why. */
export interface FileProblem {
  readonly label: string;
  readonly reason: OtherFileFault | string;
  /** The URI of the copy that stays. */
  readonly backup?: string;
}

/** Something failed after files had been changed, and not all of them could be changed back. */
export class NotTakenBack extends Error {
  override readonly name = 'NotTakenBack';

  /** @param cause what failed */
  constructor(
    readonly problems: readonly FileProblem[],
    override readonly cause: unknown,
  ) {
    super('Files could not be changed back.');
  }
}

export interface Applied {
  readonly files: readonly ChangedFile[];
  readonly problems: readonly FileProblem[];
}

export interface Undone extends RestoredFiles {
  readonly kind: ImportRecord['kind'];
  /** Names of entries that were taken out of our settings. */
  readonly removed: readonly string[];
  /** Names of entries that were changed since, and stay. */
  readonly kept: readonly string[];
}

interface RestoredFiles {
  readonly restored: readonly ChangedFile[];
  readonly problems: readonly FileProblem[];
}

/** Carries out imports and exports, and takes the last one back. */
export class Imports {
  readonly #changed = new Emitter<undefined>();

  /** Fires when something was imported, exported or undone. */
  readonly onDidChange = this.#changed.event;

  constructor(private readonly parts: ImportsParts) {}

  get canUndo(): boolean {
    return this.#record !== undefined;
  }

  get #record(): ImportRecord | undefined {
    return importRecordFrom(this.parts.memory.get(memoryKey));
  }

  /**
   * Everything that changes is backed up, and what undoing needs is remembered, before the first change. The files come
   * before our settings: while VS Code has a server in both, it switches ours off.
   *
   * @throws OtherFileFault if a backup cannot be written, and whatever writing our settings throws; nothing has changed
   *   then. NotTakenBack if a file that has changed could not be changed back: its backup stays, and undoing tries again
   */
  async apply({ entries, secrets, edits }: ImportPlan, kind: ImportRecord['kind']): Promise<Applied> {
    const { store, setting, memory } = this.parts;
    const { written } = setting;
    const takeBacks: (() => Promise<unknown>)[] = [];
    const replaced: ChangedFile[] = [];
    const files: ChangedFile[] = [];
    const problems: FileProblem[] = [];
    try {
      for (const edit of edits) {
        const { before, file } = edit;
        const backup = before === undefined ? undefined : await store.backUp(file.uri, before);
        const changed = await changedFile(edit, backup);
        files.push(changed);
        const removeBackup = async () => backup && (await store.replace(backup, before, undefined));
        // The backup of a file that was changed goes when the file is as it was.
        takeBacks.push(async () => replaced.includes(changed) || (await removeBackup()));
      }
      const kept = await this.#keep(secrets, takeBacks);
      const record = { kind, entries, hadSetting: written !== undefined, secrets: kept, files };
      await memory.set(memoryKey, importRecordToMemory(record));
      for (const [place, { file, before, after }] of edits.entries()) {
        const reason = await attempt(() => store.replace(file.uri, before, after));
        if (reason !== undefined) problems.push({ label: file.label, reason });
        else replaced.push(...files.slice(place, place + 1));
      }
      await this.parts.filesChanged?.();
      if (Object.keys(entries).length > 0) await setting.write({ ...written, ...entries });
    } catch (error) {
      // As an undo does it, since a program may have written its file meanwhile.
      const stuck = await this.#restoreAll(replaced.toReversed());
      // One that fails keeps none of the others from being taken back, nor the user from reading what failed first.
      for (const takeBack of takeBacks.reverse()) await takeBack().catch(() => undefined);
      if (stuck.problems.length > 0) throw new NotTakenBack(stuck.problems, error);
      await memory.set(memoryKey, undefined);
      throw error;
    }
    this.#changed.fire(undefined);
    return { files, problems };
  }

  /** @returns undefined if there is nothing to undo */
  async undo(): Promise<Undone | undefined> {
    const record = this.#record;
    if (record === undefined) return undefined;
    const { removed, kept } = await this.#withdraw(record);
    for (const { name, url, clientId } of record.secrets) {
      if (!kept.includes(name)) await this.parts.clientSecrets.remove({ name, url }, clientId);
    }
    const files = await this.#restoreAll(record.files);
    await this.parts.memory.set(memoryKey, undefined);
    this.#changed.fire(undefined);
    return { kind: record.kind, removed, kept, ...files };
  }

  /** One that is there already, by the same client id, stays: it may be newer. */
  async #keep(
    secrets: readonly SecretToKeep[],
    takeBacks: (() => Promise<unknown>)[],
  ): Promise<ImportRecord['secrets']> {
    const { clientSecrets } = this.parts;
    const kept: ImportRecord['secrets'][number][] = [];
    for (const { name, url, clientId, secret } of secrets) {
      if (await clientSecrets.has({ name, url }, clientId)) continue;
      await clientSecrets.put({ name, url }, clientId, secret);
      takeBacks.push(() => clientSecrets.remove({ name, url }, clientId));
      kept.push({ name, url, clientId });
    }
    return kept;
  }

  async #withdraw(record: ImportRecord): Promise<{ removed: readonly string[]; kept: readonly string[] }> {
    const { setting } = this.parts;
    const { written = {} } = setting;
    const names = Object.keys(record.entries).filter((name) => Object.hasOwn(written, name));
    const removed = names.filter((name) => canonical(written[name]) === canonical(record.entries[name]));
    const rest = Object.entries(written).filter(([name]) => !removed.includes(name));
    const isEmpty = rest.length === 0 && !record.hadSetting;
    if (removed.length > 0) await setting.write(isEmpty ? undefined : Object.fromEntries(rest));
    return { removed, kept: names.filter((name) => !removed.includes(name)) };
  }

  async #restoreAll(files: readonly ChangedFile[]): Promise<RestoredFiles> {
    const problems: FileProblem[] = [];
    const done: ChangedFile[] = [];
    for (const file of files) {
      const { label, backup } = file;
      const reason = await this.#restore(file);
      if (reason === undefined) done.push(file);
      else problems.push(defined({ label, reason, backup }));
    }
    return { restored: done, problems };
  }

  /** @returns why it was not restored */
  async #restore(file: ChangedFile): Promise<OtherFileFault | string | undefined> {
    const { store } = this.parts;
    try {
      const present = await store.read(file.uri);
      const backup = file.backup === undefined ? undefined : await store.read(file.backup);
      // It was never changed, or was put back by hand.
      const isAsBefore = present !== undefined && (await sha256(present)) === file.before;
      if (!isAsBefore) {
        const result = await restored(file, present, backup);
        if ('fault' in result) return result.fault;
        await store.replace(file.uri, present, result.text);
      }
      if (file.backup !== undefined && backup !== undefined)
        await store.replace(file.backup, backup, undefined);
      return undefined;
    } catch (error) {
      if (error instanceof OtherFileFault) return error;
      throw error;
    }
  }
}

async function attempt(work: () => Promise<unknown>): Promise<OtherFileFault | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof OtherFileFault) return error;
    throw error;
  }
}

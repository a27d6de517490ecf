import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { AgentAdmissions } from '../../src/broker/agents/agentAdmissions.js';
import { FileLock } from '../../src/node/files/fileLock.js';
import { SealedFiles } from '../../src/node/store/sealedFiles.js';
import { HostSealingKey } from '../../src/node/store/sealingKey.js';
import { systemClock } from '../../src/node/machine.js';
import { agentPath } from '../../src/broker/agents/agentSettings.js';
import { MemoryLog } from '../broker/memoryStores.js';
import { freePort } from './agentScene.js';
import type { AgentWindowOptions } from './agentWindow.js';
import { scriptedUpstream } from './scriptedUpstream.js';

const rounds = 20;
/** What an agent may notice of the end of a window, in milliseconds. */
const longestGap = 2_000;

type Kind = 'serving' | 'standby' | 'idle' | 'blocked';

class Window {
  kind: Kind = 'idle';
  readonly ended: Promise<unknown>;
  readonly #child: ChildProcess;

  constructor(options: AgentWindowOptions, onChange: () => void) {
    this.#child = fork(path.join(__dirname, 'agentWindow.js'), [JSON.stringify(options)], { execArgv: [] });
    this.ended = once(this.#child, 'exit');
    this.#child.on('message', (kind: Kind) => {
      this.kind = kind;
      onChange();
    });
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

describe('the agents’ port', () => {
  it(`outlives its window, killed ${rounds} times under load: nothing is lost, nothing is left held`, async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'agents-'));
    const log = new MemoryLog();
    const lock = new FileLock(`${directory}/locks`, log);
    const hostKey = new HostSealingKey(`${directory}/host.key`, lock);
    const records = new SealedFiles(`${directory}/records`, hostKey, log, systemClock);
    const admissions = new AgentAdmissions(records, lock, systemClock, log);
    const upstream = await scriptedUpstream();
    upstream.answer = ({ id }, response) => response.end(JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
    const port = await freePort();
    const { agent, key } = await admissions.admit({ name: 'worker', servers: [{ url: upstream.url }] });

    let changed = Promise.withResolvers<undefined>();
    const onChange = () => {
      changed.resolve(undefined);
      changed = Promise.withResolvers<undefined>();
    };
    const windows = new Set<Window>();
    const openWindow = () => {
      windows.add(new Window({ directory, port, upstream: upstream.url }, onChange));
    };
    const until = async (isSo: () => boolean) => {
      while (!isSo()) await changed.promise;
    };
    const having = (kind: Kind) => [...windows].filter((window) => window.kind === kind);

    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'a', version: '1' },
    };
    const initialize = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params });
    const call = async (): Promise<boolean> => {
      const headers = {
        Authorization: `Bearer ${key.expose()}`,
        Accept: 'application/json, text/event-stream',
      };
      try {
        const url = `http://127.0.0.1:${port}${agentPath('scripted')}`;
        const response = await fetch(url, { method: 'POST', headers, body: initialize });
        await response.text();
        assert.equal(response.status, 200);
        return true;
      } catch (error) {
        // No connection: a window has just ended.
        if (error instanceof TypeError) return false;
        throw error;
      }
    };
    let isWorking = true;
    const work = async () => {
      while (isWorking) await call();
    };

    try {
      for (let count = 0; count < 3; count++) openWindow();
      await until(() => having('serving').length === 1 && having('standby').length === 2);
      const load = [work(), work()];
      let longest = 0;
      for (let round = 0; round < rounds; round++) {
        await until(() => having('serving').length === 1 && having('standby').length > 0);
        const [serving] = having('serving');
        assert.ok(serving !== undefined);
        windows.delete(serving);
        const killedAt = performance.now();
        await serving.kill();
        while (!(await call())) await new Promise((resolve) => setImmediate(resolve));
        longest = Math.max(longest, performance.now() - killedAt);
        openWindow();
      }
      isWorking = false;
      await Promise.all(load);
      assert.ok(longest < longestGap, `${longest} ms`);
      assert.deepEqual(await admissions.all(), [agent]);
      assert.equal(having('blocked').length, 0);
      if (process.env['MEASURE'] !== undefined) console.log(`longest gap: ${Math.round(longest)} ms`);
    } finally {
      isWorking = false;
      await Promise.all([...windows].map((window) => window.kill()));
      await upstream.close();
    }
    const again = createServer().listen(port, '127.0.0.1');
    await once(again, 'listening');
    again.close();
    assert.deepEqual(
      (await readdir(`${directory}/locks`)).filter((name) => name.endsWith('.lock')),
      [],
    );
    await rm(directory, { recursive: true });
  }).timeout(180_000);
});

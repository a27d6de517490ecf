import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { agentAddress } from '../../src/broker/agents/agentSettings.js';
import { ClientConnections } from '../../src/broker/agents/clientConnections.js';
import { AgentAdmissions, InMemoryRecords } from '../../src/broker/agents/agentAdmissions.js';
import { OtherFileFault } from '../../src/broker/imports/otherFiles.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { BridgeFiles } from '../../src/node/clients/bridgeFiles.js';
import { MachineFileStore } from '../../src/node/clients/otherFileStore.js';
import { ClientConnectionFiles } from '../../src/node/clients/clientConnectionFiles.js';
import { ManualClock } from '../broker/manualClock.js';
import { MemoryLock, MemoryLog } from '../broker/memoryStores.js';

const mine = '{\n\t"mcpServers": { "mine": { "command": "x" } }\n}';

describe('the connection of a client', () => {
  let directory: string;
  let file: string;
  let storage: string;
  let port: number;
  let servers: ServerConfig[];
  let admissions: AgentAdmissions;
  let connections: ClientConnections;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'connections-'));
    storage = path.join(directory, 'storage');
    file = path.join(directory, 'mcp.json');
    await writeFile(path.join(directory, 'shipped.js'), 'shipped');
    await writeFile(file, mine);
    port = 1;
    servers = ['one', 'two'].map((name) => ({
      name,
      url: `https://${name}.example.com/mcp`,
      headers: {},
      oauth: {},
    }));
    admissions = new AgentAdmissions(
      new InMemoryRecords(),
      new MemoryLock(),
      new ManualClock(),
      new MemoryLog(),
    );
    connections = open();
  });
  afterEach(() => rm(directory, { recursive: true }));

  const open = (keys = new BridgeFiles(storage, path.join(directory, 'shipped.js'))) =>
    new ClientConnections({
      admissions,
      withdraw: ({ id }) => admissions.withdraw(id),
      files: new MachineFileStore(path.join(storage, 'backups')),
      keys,
      records: new ClientConnectionFiles(storage),
      lock: new MemoryLock(),
      servers: () => servers,
      address: ({ name }) => agentAddress(port, name),
    });
  const plan = (at = file) =>
    connections.plan(
      'cursor',
      pathToFileURL(at).href,
      servers.map((server) => ({ server, name: server.name })),
    );
  const limits = () => ({ servers: servers.map(({ url }) => ({ url })) });
  const connect = async (at = file) => connections.connect(await plan(at), limits());
  /** What the commands read, in the order of the servers. */
  const keyFiles = async (connection: { readonly servers: readonly { readonly keyName: string }[] }) =>
    Promise.all(
      connection.servers.map(
        async ({ keyName }) =>
          JSON.parse(await readFile(path.join(storage, 'agents', `${keyName}.json`), 'utf8')) as {
            url: string;
            key: string;
          },
      ),
    );
  const left = async () => (await readdir(path.join(storage, 'agents'))).sort();

  it('is an admission whose key is only in its own file', async () => {
    const connection = await connect();
    const [one, two] = await keyFiles(connection);
    assert.equal(one?.key, two?.key);
    assert.equal((await admissions.verify(one?.key ?? ''))?.name, 'Cursor');
    assert.deepEqual(
      [one?.url, two?.url],
      servers.map(({ name }) => agentAddress(1, name)),
    );
    const written = await readFile(file, 'utf8');
    assert.ok(!written.includes('mcpob_') && !written.includes('127.0.0.1'));
    const record = await readFile(path.join(storage, 'clients', `${connection.agentId}.json`), 'utf8');
    assert.ok(!record.includes('mcpob_'));
    assert.deepEqual(
      (await open().all()).map(({ client }) => client),
      ['cursor'],
    );
  });

  it('gets a new key without a change of the client’s file', async () => {
    const connection = await connect();
    const written = await readFile(file, 'utf8');
    const [before] = await keyFiles(connection);
    await connections.rotate(connection);
    const [after] = await keyFiles(connection);
    assert.notEqual(after?.key, before?.key);
    assert.equal(await admissions.verify(before?.key ?? ''), undefined);
    assert.ok(await admissions.verify(after?.key ?? ''));
    assert.equal(await readFile(file, 'utf8'), written);
  });

  it('gets a new key for a server that is disabled meanwhile', async () => {
    const connection = await connect();
    const enabled = servers;
    servers = servers.slice(1);
    await connections.rotate(connection);
    servers = enabled;
    port = 2;
    await connections.refresh();
    const [one, two] = await keyFiles(connection);
    assert.equal(one?.key, two?.key);
    assert.ok(await admissions.verify(one?.key ?? ''));
    assert.equal(one?.url, agentAddress(2, 'one'));
  });

  it('keeps its new key if another window brings its addresses up to date at the same time', async () => {
    const connection = await connect();
    const steps: string[] = [];
    const begun = Promise.withResolvers<undefined>();
    const goOn = Promise.withResolvers<undefined>();
    class Keys extends BridgeFiles {
      override async redirect(name: string, url: string) {
        steps.push('address');
        begun.resolve(undefined);
        await goOn.promise;
        await super.redirect(name, url);
      }
      override write(...given: Parameters<BridgeFiles['write']>) {
        steps.push('key');
        return super.write(...given);
      }
    }
    connections = open(new Keys(storage, path.join(directory, 'shipped.js')));
    const refreshing = connections.refresh();
    await begun.promise;
    const rotating = connections.rotate(connection);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    goOn.resolve(undefined);
    await Promise.all([refreshing, rotating]);
    assert.deepEqual(steps, ['address', 'address', 'key', 'key']);
  });

  it('survives another version, another port and another name of a server without a change of the client’s file', async () => {
    const connection = await connect();
    const written = await readFile(file, 'utf8');
    await writeFile(path.join(directory, 'shipped.js'), 'another version');
    port = 2;
    servers = servers.map((server) => ({ ...server, name: `${server.name} renamed` }));
    await open().refresh();
    const [one] = await keyFiles(connection);
    assert.equal(one?.url, agentAddress(2, 'one renamed'));
    assert.ok(await admissions.verify(one.key));
    assert.equal(await readFile(path.join(storage, 'agents', 'bridge.js'), 'utf8'), 'another version');
    assert.equal(await readFile(file, 'utf8'), written);
  });

  it('leaves the file as it was, to the byte, when it ends', async () => {
    const connection = await connect();
    const [held] = await keyFiles(connection);
    assert.deepEqual(await connections.disconnect(connection), { kind: 'restored' });
    assert.equal(await readFile(file, 'utf8'), mine);
    assert.deepEqual((await readdir(directory)).sort(), ['mcp.json', 'shipped.js', 'storage']);
    assert.equal(await admissions.verify(held?.key ?? ''), undefined);
    assert.ok((await left()).every((name) => !name.endsWith('.json')));
    assert.deepEqual(await readdir(path.join(storage, 'clients')), []);
  });

  it('leaves no file when it ends if there was none', async () => {
    const other = path.join(directory, 'other', 'mcp.json');
    const connection = await connect(other);
    assert.deepEqual(await connections.disconnect(connection), { kind: 'restored' });
    assert.deepEqual(await readdir(path.dirname(other)), []);
  });

  it('leaves what the client has written since, and the backup', async () => {
    const connection = await connect();
    await writeFile(file, (await readFile(file, 'utf8')).replace('{', '{ "state": 1,'));
    assert.deepEqual(await connections.disconnect(connection), {
      kind: 'removed',
      backup: connection.backup,
    });
    assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), { state: 1, ...(JSON.parse(mine) as object) });
    assert.equal(await readFile(fileURLToPath(connection.backup ?? ''), 'utf8'), mine);
  });

  it('ends the access also if the file is broken or gone', async () => {
    const connection = await connect();
    const [held] = await keyFiles(connection);
    await writeFile(file, '{ broken');
    const { kind } = await connections.disconnect(connection);
    assert.equal(kind, 'notWritten');
    assert.equal(await admissions.verify(held?.key ?? ''), undefined);
    assert.equal(await readFile(file, 'utf8'), '{ broken');
    await writeFile(file, mine);
    const other = await connect();
    await rm(file);
    assert.deepEqual(await connections.disconnect(other), { kind: 'absent' });
  });

  it('that could not be made leaves nothing behind', async () => {
    const made = await plan();
    await writeFile(file, `${mine}\n`);
    await assert.rejects(connections.connect(made, limits()), OtherFileFault);
    assert.equal(await readFile(file, 'utf8'), `${mine}\n`);
    assert.deepEqual(await admissions.all(), []);
    assert.deepEqual((await readdir(directory)).sort(), ['mcp.json', 'shipped.js', 'storage']);
    assert.ok((await left()).every((name) => !name.endsWith('.json')));
    assert.deepEqual(await connections.all(), []);
  });

  it('of another version is left as it is', async () => {
    await mkdir(path.join(storage, 'clients'), { recursive: true });
    await writeFile(path.join(storage, 'clients', 'a.json'), '{ "version": 2 }');
    await writeFile(path.join(storage, 'clients', 'b.json'), 'broken');
    assert.deepEqual(await connections.all(), []);
    await connections.refresh();
  });
});

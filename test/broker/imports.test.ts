import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ClientSecrets } from '../../src/broker/clients/clientSecrets.js';
import { exportedDocument, exportPlan } from '../../src/broker/imports/exportPlan.js';
import { foundServers } from '../../src/broker/imports/foundServers.js';
import { importPlan } from '../../src/broker/imports/importPlan.js';
import { Imports, NotTakenBack, type ServersSetting } from '../../src/broker/imports/imports.js';
import { OtherFileFault, type OtherFile, type OtherFileStore } from '../../src/broker/imports/otherFiles.js';
import { parseServers, type ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { configuredServers } from '../../src/mcpClients/configuredServers.js';
import { mcpClients, type McpClientId } from '../../src/mcpClients/mcpClient.js';
import { MachineFileStore } from '../../src/node/clients/otherFileStore.js';
import { originals } from '../mcpClients/originals.js';
import { MemoryMemory, MemorySecrets } from './memoryStores.js';

class Setting implements ServersSetting {
  written: Readonly<Record<string, unknown>> | undefined;
  write(entries: Readonly<Record<string, unknown>> | undefined): Promise<void> {
    this.written = entries;
    return Promise.resolve();
  }
}

describe('an import', () => {
  let home: string;
  let store: OtherFileStore;
  let setting: Setting;
  let secrets: MemorySecrets;
  let clientSecrets: ClientSecrets;
  let memory: MemoryMemory;
  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'import-'));
    store = new MachineFileStore(path.join(home, 'backups'));
    setting = new Setting();
    secrets = new MemorySecrets();
    clientSecrets = new ClientSecrets(secrets);
    memory = new MemoryMemory();
  });
  afterEach(() => rm(home, { recursive: true }));

  const imports = () => new Imports({ store, setting, clientSecrets, memory });
  const pathOf = (client: McpClientId) => path.join(home, client);

  async function fileOf(client: McpClientId, text = originals[client]): Promise<OtherFile> {
    await writeFile(pathOf(client), text);
    await chmod(pathOf(client), 0o644);
    return { uri: pathToFileURL(pathOf(client)).href, label: `~/${client}`, client, kind: 'program' };
  }

  async function planOf(files: readonly OtherFile[], isMoved = true) {
    const read = await Promise.all(
      files.map(async (file) => ({ file, text: (await store.read(file.uri)) ?? '' })),
    );
    const { servers } = foundServers(read, { servers: [] });
    const chosen = servers.flatMap((found) =>
      found.problem === undefined ? [{ found, name: found.name }] : [],
    );
    return importPlan(chosen, read, () => isMoved);
  }

  it('from all clients’ files at once moves each server once, and is undone byte for byte', async () => {
    const clients = Object.keys(originals) as McpClientId[];
    const files = await Promise.all(clients.map((client) => fileOf(client)));
    const { problems } = await imports().apply(await planOf(files), 'import');
    assert.deepEqual(problems, []);
    assert.deepEqual(Object.keys(setting.written ?? {}).sort(), ['notes', 'old', 'tickets']);
    for (const client of clients) {
      const rest = configuredServers(await readFile(pathOf(client), 'utf8'), client);
      assert.deepEqual(rest, [], client);
      assert.equal(await readFile(`${pathOf(client)}.mcp-oauth-backup`, 'utf8'), originals[client]);
    }
    const undone = await imports().undo();
    assert.deepEqual([undone?.problems, undone?.kept], [[], []]);
    for (const client of clients) assert.equal(await readFile(pathOf(client), 'utf8'), originals[client]);
    assert.deepEqual((await readdir(home)).sort(), clients.sort());
    assert.equal(setting.written, undefined);
    assert.deepEqual([...secrets.entries.keys()], []);
  });

  it('moves a client’s secret to secret storage, and removes it again when undone', async () => {
    const file = await fileOf('cursor');
    await imports().apply(await planOf([file]), 'import');
    const owner = { name: 'notes', url: 'https://notes.example.com/mcp' };
    assert.equal((await clientSecrets.get(owner, 'c', 'https://login.example.com'))?.expose(), 's');
    assert.ok(!JSON.stringify([setting.written, [...memory.entries.values()]]).includes('"s"'));
    await imports().undo();
    assert.equal(await clientSecrets.has(owner, 'c'), false);
  });

  it('leaves the other entries of our settings unchanged, also when it is undone', async () => {
    setting.written = { mine: { url: 'https://mine.example.com/' } };
    await imports().apply(await planOf([await fileOf('windsurf')], false), 'import');
    assert.deepEqual(Object.keys(setting.written), ['mine', 'notes']);
    assert.equal(await readFile(pathOf('windsurf'), 'utf8'), originals.windsurf);
    await imports().undo();
    assert.deepEqual(setting.written, { mine: { url: 'https://mine.example.com/' } });
  });

  it('is undone except for an entry that was changed since, which stays and is listed', async () => {
    await imports().apply(await planOf([await fileOf('windsurf')]), 'import');
    setting.written = { notes: { url: 'https://other.example.com/' } };
    const undone = await imports().undo();
    assert.deepEqual([undone?.removed, undone?.kept], [[], ['notes']]);
    assert.deepEqual(setting.written, { notes: { url: 'https://other.example.com/' } });
    assert.equal(await readFile(pathOf('windsurf'), 'utf8'), originals.windsurf);
  });

  it('is undone once, and not after the next import', async () => {
    const first = await planOf([await fileOf('windsurf')], false);
    await imports().apply(first, 'import');
    await imports().apply(await planOf([await fileOf('gemini')], false), 'import');
    assert.equal((await imports().undo())?.removed.length, 2);
    assert.equal(await imports().undo(), undefined);
    assert.equal(imports().canUndo, false);
  });

  it('changes nothing if our settings cannot be written', async () => {
    setting.write = () => Promise.reject(new Error('unsaved changes'));
    const plan = await planOf([await fileOf('cursor')]);
    await assert.rejects(imports().apply(plan, 'import'), /unsaved changes/);
    assert.equal(await readFile(pathOf('cursor'), 'utf8'), originals.cursor);
    assert.deepEqual(await readdir(home), ['cursor']);
    assert.deepEqual([[...secrets.entries.keys()], imports().canUndo], [[], false]);
  });

  it('leaves no backup if our settings cannot be written and secrets cannot be removed', async () => {
    setting.write = () => Promise.reject(new Error('unsaved changes'));
    clientSecrets.remove = () => Promise.reject(new Error('no keychain'));
    const plan = await planOf([await fileOf('cursor')]);
    await assert.rejects(imports().apply(plan, 'import'), /unsaved changes/);
    assert.deepEqual(await readdir(home), ['cursor']);
  });

  it('keeps a concurrent write of another program if our settings cannot be written, and loses no entry', async () => {
    const file = await fileOf('cursor');
    setting.write = async () => {
      const text = await readFile(pathOf('cursor'), 'utf8');
      await writeFile(pathOf('cursor'), text.replace('{', '{ "theirs": 1,'));
      throw new Error('unsaved changes');
    };
    await assert.rejects(imports().apply(await planOf([file]), 'import'), /unsaved changes/);
    const text = await readFile(pathOf('cursor'), 'utf8');
    assert.match(text, /"theirs": 1/);
    assert.deepEqual(
      configuredServers(text, 'cursor').map(({ name }) => name),
      configuredServers(originals.cursor, 'cursor').map(({ name }) => name),
    );
    assert.deepEqual([await readdir(home), imports().canUndo], [['cursor'], false]);
  });

  it('keeps the backup of a file that cannot be restored, and can be undone later', async () => {
    const file = await fileOf('cursor');
    setting.write = async () => {
      await writeFile(pathOf('cursor'), '{ broken');
      throw new Error('unsaved changes');
    };
    const isNamed = (error: unknown) =>
      error instanceof NotTakenBack && error.problems[0]?.label === '~/cursor';
    await assert.rejects(imports().apply(await planOf([file]), 'import'), isNamed);
    assert.equal(await readFile(`${pathOf('cursor')}.mcp-oauth-backup`, 'utf8'), originals.cursor);
    await writeFile(pathOf('cursor'), '{}');
    assert.deepEqual((await imports().undo())?.problems, []);
    assert.ok(configuredServers(await readFile(pathOf('cursor'), 'utf8'), 'cursor').length > 0);
    assert.deepEqual(await readdir(home), ['cursor']);
  });

  it('changes files before our settings, and reports it between the two', async () => {
    const steps: string[] = [];
    const replace = store.replace.bind(store);
    store.replace = async (uri, ...rest) => {
      steps.push(path.basename(uri));
      await replace(uri, ...rest);
    };
    setting.write = () => Promise.resolve(void steps.push('settings'));
    const filesChanged = () => Promise.resolve(void steps.push('told'));
    const plan = await planOf([await fileOf('windsurf')]);
    await new Imports({ store, setting, clientSecrets, memory, filesChanged }).apply(plan, 'import');
    assert.deepEqual(steps, ['windsurf', 'told', 'settings']);
  });

  it('reports which file was changed in the meantime, and leaves it unchanged', async () => {
    const plan = await planOf([await fileOf('windsurf'), await fileOf('gemini')]);
    await writeFile(pathOf('windsurf'), '{}');
    const { problems } = await imports().apply(plan, 'import');
    assert.deepEqual(
      problems.map(({ label, reason }) => [label, reason instanceof OtherFileFault && reason.reason]),
      [['~/windsurf', 'changed']],
    );
    assert.equal(await readFile(pathOf('windsurf'), 'utf8'), '{}');
  });
});

describe('an export', () => {
  const { servers } = parseServers({
    notes: {
      url: 'https://notes.example.com/mcp',
      headers: { 'X-Team': 'blue', 'X-Key': 'a8f5f167f44f4964e6c998dee827110c' },
      oauth: { clientId: 'c', scopes: ['read', 'write'] },
    },
    old: { type: 'sse', url: 'https://old.example.com/sse' },
  });

  const fileOf = (client: McpClientId): OtherFile => ({
    uri: `file:///${client}`,
    label: client,
    client,
    kind: 'program',
  });

  /** Returns the entry as the client reads it: Codex and Windsurf have no type. */
  function readBack({ name, url, type, oauth }: ServerConfig, client: McpClientId): object {
    const isTyped = client !== 'codex' && client !== 'windsurf' && client !== 'cursor';
    const hasClient = client !== 'windsurf' && oauth.clientId !== undefined;
    const hasScopes = hasClient && !['vscode', 'copilotCli', 'claudeDesktop'].includes(client);
    return {
      name,
      url,
      headers: name === 'notes' ? { 'X-Team': 'blue' } : {},
      ...(isTyped && type === 'sse' && { type }),
      ...(hasClient && { clientId: oauth.clientId }),
      ...(hasScopes && { scopes: oauth.scopes?.join(' ') }),
    };
  }

  for (const client of Object.keys(mcpClients) as McpClientId[]) {
    it(`writes entries that ${client} can read, without possible secrets`, () => {
      const text = exportedDocument(servers, client);
      const read = configuredServers(text, client).map(({ path, isDisabled, ...rest }) => rest);
      assert.deepEqual(
        read,
        servers.map((server) => readBack(server, client)),
      );
      assert.ok(!text.includes('a8f5f167'));
    });
  }

  it('omits servers that the file has, and chooses free names', () => {
    const text =
      '{"mcpServers":{"old":{"url":"https://x.example.com/"},"n":{"url":"https://notes.example.com/mcp"}}}';
    const plan = exportPlan(servers, fileOf('cursor'), text);
    assert.deepEqual([plan.present, plan.names], [['notes'], [['old', 'old 2']]]);
    assert.deepEqual(plan.edit?.added, [['mcpServers', 'old 2']]);
    assert.equal(exportPlan(servers.slice(0, 1), fileOf('cursor'), text).edit, undefined);
  });
});

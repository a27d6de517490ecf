import assert from 'node:assert/strict';
import { ImportServers } from '../../src/editor/imports/importServers.js';
import { SignInToAll } from '../../src/editor/imports/signInToAll.js';
import { systemClock } from '../../src/node/machine.js';
import { startOpenServer, type OpenServer } from '../demo/openServer.js';
import { startWorld, type World } from '../demo/world.js';
import { activeExtension, configure, type ActiveExtension } from './activeExtension.js';
import { DialogueAnswers } from './dialogueAnswers.js';
import { ImportedFiles, pickIn } from './importedFiles.js';

const userMcpJson = 'Code/User/mcp.json';

describe('Import Servers', () => {
  let extension: ActiveExtension;
  let world: World;
  let open: OpenServer;
  let home: ImportedFiles;
  before(async () => {
    extension = await activeExtension();
    world = await startWorld();
    open = await startOpenServer();
  });
  beforeEach(async () => {
    home = await ImportedFiles.make(extension);
  });
  afterEach(async () => {
    await configure(extension, undefined);
    await home.remove();
  });
  after(async () => {
    await open.close();
    await world.close();
  });

  async function run(...answers: (string | undefined)[]) {
    const dialogue = new DialogueAnswers(...answers);
    const signedIn: string[] = [];
    const personalSignIn = {
      signIn: (server: { name: string }) => {
        signedIn.push(server.name);
        return Promise.resolve({ kind: 'cancelled' } as const);
      },
    };
    const { settings, states, authorizedFetch } = extension;
    const signInToAll = new SignInToAll(
      { personalSignIn, states, authorizedFetch, clock: systemClock },
      dialogue.window,
    );
    const known = () => ({ servers: settings.servers });
    const wanted: string[] = [];
    const duplicatesWanted = (servers: readonly { readonly name: string }[]) => {
      wanted.push(...servers.map(({ name }) => name));
      return Promise.resolve();
    };
    const parts = {
      files: home.files,
      settings,
      known,
      imports: home.imports,
      signInToAll,
      duplicatesWanted,
    };
    await new ImportServers(parts, dialogue.window, pickIn(dialogue)).run();
    // The command does not wait for the notification.
    await new Promise((resolve) => setImmediate(resolve));
    return { shown: dialogue.shown, signedIn, wanted };
  }

  const vscodeFile = () =>
    JSON.stringify({
      servers: {
        ...world.serverSettings(),
        open: { type: 'http', url: open.url },
        local: { command: 'node' },
      },
    });

  it('moves VS Code’s own servers, reports which need a sign-in, and signs in one after the other', async () => {
    await home.write(userMcpJson, vscodeFile());
    const { shown, signedIn } = await run('repositories,reports,open', 'Move', 'Sign In to All', 'Sign In');
    assert.deepEqual(extension.settings.names, ['repositories', 'reports', 'open']);
    assert.deepEqual(JSON.parse(await home.read(userMcpJson)), { servers: { local: { command: 'node' } } });
    assert.equal(await home.read(`${userMcpJson}.mcp-oauth-backup`), vscodeFile());
    assert.ok(shown.some((line) => line.startsWith('Move | Recommended | Removes the entries from your user mcp.json.')), shown.join('\n')); // prettier-ignore
    const told = shown.find((line) => line.startsWith('Imported: '));
    assert.match(
      told ?? '',
      /^Imported: repositories, reports, open\. Sign-in needed: repositories, reports\. /,
    );
    assert.ok(shown.includes('Sign-in 2 of 2: reports is next.'));
    assert.deepEqual(signedIn, ['repositories', 'reports']);
  });

  it('is undone with one click, byte for byte', async () => {
    await home.write(userMcpJson, vscodeFile());
    const { shown } = await run('open', 'Move', 'Undo');
    await until(() => shown.some((line) => line.startsWith('The import was undone.')));
    assert.equal(await home.read(userMcpJson), vscodeFile());
    assert.deepEqual(extension.settings.names, []);
    await assert.rejects(home.read(`${userMcpJson}.mcp-oauth-backup`));
  });

  it('lists configured and unusable servers, with the reason, and selects neither', async () => {
    await configure(extension, { ours: { url: world.repositories.url } });
    await home.write(
      '.cursor/mcp.json',
      JSON.stringify({
        mcpServers: {
          repositories: { url: world.repositories.url },
          clear: { url: 'http://mcp.example.com/' },
          missing: {},
          keyed: { url: 'https://u:hunter2@mcp.example.com/x?api_key=hunter2' },
        },
      }),
    );
    const { shown } = await run('repositories,clear,missing,keyed');
    assert.deepEqual(shown, [
      'Import MCP servers',
      'Already configured |  | ',
      `$(circle-slash) repositories | ${world.repositories.url} | Configured as “ours”. From ~/.cursor/mcp.json.`,
      'Can’t be imported |  | ',
      '$(circle-slash) clear | http://mcp.example.com | url: http:// would send your token to mcp.example.com unencrypted. Use https://. From ~/.cursor/mcp.json.',
      '$(circle-slash) keyed | https://mcp.example.com/x | url: Its parameter “api_key” may be a secret, which does not belong in settings. Add the server without it. From ~/.cursor/mcp.json.',
      '$(circle-slash) missing |  | url is missing: the address of the server. From ~/.cursor/mcp.json.',
    ]);
    assert.deepEqual(extension.settings.names, ['ours']);
  });

  it('shows one row for an address in several files, and lists omissions', async () => {
    await home.write(userMcpJson, JSON.stringify({ servers: { notes: { url: open.url } } }));
    await home.write(
      '.codeium/windsurf/mcp_config.json',
      JSON.stringify({
        mcpServers: { mine: { serverUrl: open.url, headers: { Authorization: 'Bearer x', 'X-Team': 'a' } } },
      }),
    );
    const { shown } = await run(undefined);
    assert.equal(
      shown[1],
      `notes | ${open.url} | From your user mcp.json, ~/.codeium/windsurf/mcp_config.json. With the headers X-Team. Left out: Authorization. You sign in instead. | picked`,
    );
  });

  it('copies from other programs, stores a client’s secret, and numbers a name that is in use', async () => {
    const text = JSON.stringify({
      mcpServers: { notes: { url: open.url, auth: { CLIENT_ID: 'c', CLIENT_SECRET: 'shh' } } },
    });
    await configure(extension, { notes: { url: world.reports.url } });
    await home.write('.cursor/mcp.json', text);
    const { shown } = await run('notes', 'Copy', undefined);
    assert.ok(shown.some((line) => line.startsWith('Imported: notes as “notes 2”.')));
    assert.ok(
      shown.includes('Copy | Recommended | No other file changes. The other programs keep their servers.'),
    );
    assert.deepEqual(extension.settings.find('notes 2')?.oauth, { clientId: 'c' });
    assert.deepEqual([...home.secrets.entries.keys()], [`clientSecret ${open.url} c`]);
    assert.ok(!shown.join('\n').includes('shh'));
    assert.equal(await home.read('.cursor/mcp.json'), text);
  });

  it('numbers names that VS Code would prefer for its own servers, without a question or a warning about copies', async () => {
    await home.write(userMcpJson, vscodeFile());
    const { wanted } = await run('open,reports', 'Copy', undefined);
    assert.deepEqual(extension.settings.names, ['reports 2', 'open 2']);
    assert.deepEqual(wanted, ['reports 2', 'open 2']);
  });

  it('names files that cannot be read, and changes nothing before confirmation', async () => {
    await home.write('.cursor/mcp.json', '{ "mcpServers": {');
    await home.write(userMcpJson, vscodeFile());
    const { shown } = await run(undefined, 'open', undefined);
    assert.match(shown[0] ?? '', /^~\/\.cursor\/mcp\.json was skipped: Line 1, column/);
    assert.deepEqual(extension.settings.names, []);
    assert.equal(await home.read(userMcpJson), vscodeFile());
  });

  it('reports that there is nothing to import', async () => {
    const { shown } = await run();
    assert.deepEqual(shown, ['VS Code and other programs have no remote MCP servers to import.']);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

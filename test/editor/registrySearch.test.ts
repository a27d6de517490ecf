import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { parseRegistryAddress } from '../../src/broker/registry/registryAddress.js';
import { AddServer } from '../../src/editor/commands/addServer.js';
import { RegistrySetting } from '../../src/editor/settings/registrySetting.js';
import { writeWithApi } from '../../src/editor/settings/writeSetting.js';
import { systemClock } from '../../src/node/machine.js';
import { startRegistry, type LoopbackRegistry } from '../broker/loopbackRegistry.js';
import { startWorld, type World } from '../demo/world.js';
import { activeExtension, configure, next, serverNamed, type ActiveExtension } from './activeExtension.js';
import { DialogueAnswers } from './dialogueAnswers.js';

describe('searching a registry while adding a server', () => {
  let extension: ActiveExtension;
  let world: World;
  let registry: LoopbackRegistry;
  before(async () => {
    extension = await activeExtension();
    world = await startWorld();
    registry = await startRegistry([
      {
        name: 'io.github.acme/reports',
        title: 'Acme $(verified) reports',
        description: 'Makes\n[reports](command:x)',
        remotes: [{ type: 'streamable-http', url: world.reports.url }],
      },
      {
        name: 'io.github.acme/tenant-reports',
        remotes: [{ type: 'streamable-http', url: 'https://{tenant}.example.com/mcp' }],
      },
      { name: 'io.github.acme/local-reports' },
    ]);
  });
  afterEach(async () => {
    registry.respond();
    await configure(extension, undefined);
  });
  after(async () => {
    await registry.close();
    await world.close();
  });

  async function add(setting: string | undefined, ...answers: (string | undefined)[]) {
    const dialogue = new DialogueAnswers(...answers);
    let address = parseRegistryAddress(setting);
    const used: string[] = [];
    await new AddServer({
      ...{ settings: extension.settings, states: extension.states, window: dialogue.window },
      registry: {
        get address() {
          return address;
        },
        onDidChange: () => ({ dispose: () => undefined }),
        use: (url) => {
          used.push(url);
          address = parseRegistryAddress(registry.url);
          return Promise.resolve();
        },
      },
      personalSignIn: { signIn: () => Promise.resolve({ kind: 'cancelled' }) },
      finding: { http: { fetch: (url, init) => fetch(url, init) }, clock: systemClock },
    }).run();
    return { shown: dialogue.shown, used };
  }

  it('offers the servers with an address, and adds the chosen one under its name', async () => {
    const { shown } = await add(registry.url, 'reports → verified', 'Add this server', '', undefined);
    assert.ok(shown.includes(`$(plug) Acme $ (verified) reports | ${world.reports.url} · io.github.acme/reports | Makes [reports](command:x)`)); // prettier-ignore
    assert.ok(shown.some((row) => row.includes('Not supported') && row.includes('placeholders: tenant')));
    assert.ok(!shown.some((row) => row.includes('local-reports')));
    assert.equal(serverNamed(extension, 'Acme $ (verified) reports').url, world.reports.url);
  });

  it('does nothing for an unsupported server', async () => {
    const { shown } = await add(registry.url, 'reports → Not supported');
    assert.ok(!shown.some((row) => row.includes('Add this server')));
    assert.deepEqual(extension.settings.names, []);
  });

  it('sends nothing before the user agrees, shows what is sent, and then searches', async () => {
    const before = registry.requests.length;
    const declined = await add(undefined, 'reports', undefined, undefined);
    assert.match(
      declined.shown.join('\n'),
      /the name is sent to https:\/\/registry\.modelcontextprotocol\.io/,
    );
    assert.deepEqual([declined.used, registry.requests.length], [[], before]);
    const agreed = await add(undefined, 'reports', 'Search', 'reports → verified', undefined);
    assert.deepEqual(agreed.used, ['https://registry.modelcontextprotocol.io']);
    assert.ok(agreed.shown.some((row) => row.includes('Add this server')));
  });

  it('sends no typed address and no single letter', async () => {
    const before = registry.requests.length;
    await add(registry.url, world.reports.url, undefined);
    await add(registry.url, 'https://');
    await add(registry.url, 'r');
    assert.equal(registry.requests.length, before);
  });

  it('shows one row with the reason if the registry cannot be searched', async () => {
    registry.respond((response) => response.writeHead(500).end());
    const { shown } = await add(registry.url, 'reports → cannot be searched');
    assert.deepEqual([...new Set(shown)], [
      `$(warning) The registry can’t be searched: ${new URL(registry.url).host} responded with status 500. |  | You can still type the address of a server.`,
    ]); // prettier-ignore
    const wrong = await add('http://registry.example', 'reports');
    assert.match(wrong.shown.join('\n'), /mcpOAuthBroker\.registry must start with https/);
    registry.respond();
    const none = await add(registry.url, 'nothing-like-it → has no server');
    assert.equal(none.shown.length > 0, true);
  });

  it('stores the choice in the user’s settings', async () => {
    const setting = new RegistrySetting(writeWithApi);
    assert.equal(setting.address.kind, 'unset');
    const heard = next((told) => setting.onDidChange(() => told(undefined)));
    await setting.use('https://registry.example');
    await heard;
    assert.deepEqual(setting.address, { kind: 'set', url: 'https://registry.example' });
    const own = vscode.workspace.getConfiguration('mcpOAuthBroker');
    await own.update('registry', undefined, vscode.ConfigurationTarget.Global);
  });
});

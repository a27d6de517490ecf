import assert from 'node:assert/strict';
import Module from 'node:module';
import path from 'node:path';
import * as vscode from 'vscode';
import type { activate } from '../../src/extension.js';
import { next, type ActiveExtension } from './activeExtension.js';
import { startEditorScene, type EditorScene } from './editorScene.js';

type Loader = (request: string, ...rest: unknown[]) => unknown;

const sources = path.resolve(__dirname, '..', '..', 'src');
const entry = path.join(sources, 'extension.js');

/** The API of an older editor, which records what is registered and shown. */
class OlderEditor {
  readonly registered: string[] = [];
  readonly shown: string[] = [];
  readonly contexts: string[] = [];

  constructor(
    private readonly lm: object | undefined,
    private readonly version = vscode.version,
  ) {}

  get api(): object {
    const register = (name: string) => {
      this.registered.push(name);
      return new vscode.Disposable(() => undefined);
    };
    const { commands, window, authentication } = vscode;
    return {
      ...vscode,
      version: this.version,
      lm: this.lm,
      commands: over(commands, {
        registerCommand: register,
        executeCommand: (command: string, ...rest: unknown[]) => {
          if (command !== 'setContext') return commands.executeCommand(command, ...rest);
          if (rest[1] === true) this.contexts.push(String(rest[0]));
          return Promise.resolve(undefined);
        },
      }),
      authentication: over(authentication, { registerAuthenticationProvider: register }),
      window: over(window, {
        registerTreeDataProvider: register,
        registerUriHandler: () => register('uriHandler'),
        // The editor has one channel for each name, and the active extension writes to it.
        createOutputChannel: () => log,
        showWarningMessage: (message: string) => {
          this.shown.push(message);
          return Promise.resolve(undefined);
        },
      }),
    };
  }
}

const silent = () => undefined;
const log = { info: silent, warn: silent, error: silent, debug: silent, show: silent, dispose: silent };

/** The API's own objects are frozen. */
function over(part: object, own: Readonly<Record<string, unknown>>): object {
  return new Proxy({}, { get: (_target, name): unknown => own[String(name)] ?? Reflect.get(part, name) });
}

/** Loads the extension again with this API. */
function loadedWith(api: object): typeof activate {
  const loader = Module as unknown as { _load: Loader };
  const { _load: load } = loader;
  const ours = Object.keys(require.cache).filter((file) => file.startsWith(sources));
  const kept = ours.map((file) => [file, require.cache[file]] as const);
  for (const file of ours) Reflect.deleteProperty(require.cache, file);
  loader._load = (request, ...rest) => (request === 'vscode' ? api : load(request, ...rest));
  try {
    return (Module.createRequire(entry)(entry) as { readonly activate: typeof activate }).activate;
  } finally {
    loader._load = load;
    for (const file of Object.keys(require.cache))
      if (file.startsWith(sources)) Reflect.deleteProperty(require.cache, file);
    for (const [file, module] of kept) require.cache[file] = module;
  }
}

describe('the extension in an editor that lacks part of the API', () => {
  let scene: EditorScene;
  const open: { readonly subscriptions: vscode.Disposable[] }[] = [];
  const state = new Map<string, unknown>();
  before(async () => {
    scene = await startEditorScene();
  });
  beforeEach(() => state.clear());
  afterEach(() => {
    for (const { subscriptions } of open.splice(0))
      for (const part of subscriptions.toReversed()) part.dispose();
  });
  after(() => scene.close());

  const activateIn = (editor: OlderEditor): ActiveExtension => {
    const globalState = {
      keys: () => [...state.keys()],
      get: (key: string) => state.get(key),
      update: (key: string, value: unknown) => Promise.resolve(void state.set(key, value)),
    };
    const context = over(scene.extension.context, {
      subscriptions: [],
      globalState,
    }) as vscode.ExtensionContext;
    open.push(context);
    return loadedWith(editor.api)(context) ?? assert.fail('no parts');
  };
  const registerTool = () => new vscode.Disposable(() => undefined);

  it('registers all other parts if the editor accepts no MCP servers from extensions', async () => {
    const editor = new OlderEditor({ registerTool });
    const { accounts, tree } = activateIn(editor);
    for (const name of ['mcpOAuthBroker', 'uriHandler', 'mcpOAuthBroker.servers', 'mcpOAuthBroker.agents'])
      assert.ok(editor.registered.includes(name), name);
    for (const command of ['signIn', 'addServer', 'admitAgent'])
      assert.ok(editor.registered.includes(`mcpOAuthBroker.${command}`), command);
    assert.deepEqual(await accounts.getSessions(undefined), []);
    const rows = (await tree.getChildren()).map((row) => tree.getTreeItem(row));
    assert.deepEqual(
      rows.map(({ label }) => label),
      ['MCP servers in chat (VS Code 1.101 or later)', 'repositories', 'reports'],
    );
    assert.equal(rows[0]?.description, 'not in this editor');
  });

  it('explains the consequence if there is no language model API', () => {
    const editor = new OlderEditor(undefined);
    activateIn(editor);
    assert.deepEqual(editor.contexts.filter((key) => key.endsWith('lacksMcpServers')).length, 1);
  });

  it('reports once for each editor version what is missing and which VS Code version has it', async () => {
    const told = async (version: string, lm: object | undefined) => {
      const editor = new OlderEditor(lm, version);
      activateIn(editor);
      // The notification is shown after the memory is written.
      await Promise.resolve();
      await new Promise((resolve) => setImmediate(resolve));
      return editor.shown;
    };
    const message = (missing: string) =>
      `${vscode.env.appName} doesn’t support ${missing}. Sign-in, accounts, and agents of MCP OAuth Broker work. Update the editor to get the rest.`;
    const servers = 'MCP servers in chat (VS Code 1.101 or later)';
    assert.deepEqual(await told('1.99.0', { registerTool }), [message(servers)]);
    assert.deepEqual(await told('1.99.0', { registerTool }), []);
    assert.deepEqual(await told('1.100.0', { registerTool }), [message(servers)]);
    assert.deepEqual(await told('1.100.0', undefined), [
      message(`${servers}, tools in chat (VS Code 1.95 or later)`),
    ]);
    assert.deepEqual(await told('1.139.1', vscode.lm), []);
  });

  it('shows no row without a server, because the welcome text explains it', async () => {
    const editor = new OlderEditor({ registerTool });
    const { tree, settings } = activateIn(editor);
    const changed = next((listener) => settings.onDidChange(listener));
    const configuration = vscode.workspace.getConfiguration('mcpOAuthBroker');
    const before = configuration.get('servers');
    await configuration.update('servers', undefined, vscode.ConfigurationTarget.Global);
    await changed;
    assert.deepEqual(await tree.getChildren(), []);
    assert.ok(editor.contexts.includes('mcpOAuthBroker.lacksMcpServers'));
    const restored = next((listener) => scene.extension.settings.onDidChange(listener));
    await configuration.update('servers', before, vscode.ConfigurationTarget.Global);
    await restored;
  });
});

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startWorld, type World } from '../demo/world.js';
import { startCodeServer, type CodeServer } from './codeServer.js';
import { editorUnderTest, type Editor } from './editor.js';
import { chatAgentOf } from './standInChatExtension.js';
import { createStateDirectory } from './stateDirectory.js';

/**
 * The demo world and a configured editor: the extension is installed, the servers are configured, the model
 * is chosen.
 */
export interface DemoEditor {
  readonly world: World;
  readonly editor: Editor;
  readonly server: CodeServer;
  /** The address of the editor's page. */
  readonly url: string;
  /** The directory with all files of the run. */
  readonly stateDir: string;
  readonly userDataDir: string;
  readonly extensionsDir: string;
  /** Ends all parts and removes the files. */
  close(): Promise<void>;
}

const README = `# Demo

This folder is open in a VS Code that has MCP OAuth Broker installed.
Ask the chat: create a branch called demo-branch
`;

export interface DemoEditorOptions {
  /** Absolute path of the packaged extension. The default is `MCP_OAUTH_BROKER_VSIX`. */
  readonly vsix?: string | undefined;
  /** Absolute paths of further VSIX files to install. */
  readonly others?: readonly string[];
  /** Servers to configure in addition to those of the world. */
  readonly servers?: (world: World) => Promise<Readonly<Record<string, object>>>;
  /** Whether to configure only one of the world's servers. */
  readonly isSingle?: boolean;
  /**
   * The place where the MCP servers are configured: the broker, or the editor's own `mcp.json`, without the
   * broker or with it installed. The default is the broker.
   */
  readonly configuredIn?: 'broker' | 'mcpJson' | 'mcpJsonBesideBroker';
  /**
   * Whether loopback addresses are opened directly, because the browser is on the same machine. By default,
   * code-server sends them through its own proxy, which unescapes nested queries.
   */
  readonly isBrowserHere?: boolean;
  /** The user settings in addition to the chat's model. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Whether the sign-in page also offers the identity providers. */
  readonly federatedLogins?: boolean;
}

export async function startDemoEditor(options: DemoEditorOptions = {}): Promise<DemoEditor> {
  const vsix = options.vsix ?? process.env['MCP_OAUTH_BROKER_VSIX'];
  if (vsix === undefined)
    throw new Error('MCP_OAUTH_BROKER_VSIX is not set: start this through npm run demo');
  const editor = editorUnderTest();
  const state = await createStateDirectory();
  const closers = [() => state.remove()];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const world = await startWorld({ federatedLogins: options.federatedLogins ?? false });
    closers.push(() => world.close());
    const { repositories, reports } = world.serverSettings();
    const ofWorld = options.isSingle === true ? { repositories } : { repositories, reports };
    const servers = { ...ofWorld, ...(await options.servers?.(world)) };
    const { configuredIn = 'broker' } = options;
    const isBrokers = configuredIn === 'broker';
    const folder = path.join(state.path, 'demo');
    await mkdir(folder);
    await writeFile(path.join(folder, 'README.md'), README);
    const userDataDir = path.join(state.path, 'u');
    const extensionsDir = path.join(state.path, 'e');
    const agent = await chatAgentOf(editor, state.path, world.model.url);
    const server = await startCodeServer({
      editor,
      userDataDir,
      extensionsDir,
      folder,
      vsix: [...(configuredIn === 'mcpJson' ? [] : [vsix]), ...(options.others ?? []), ...agent.vsix],
      proposedApiFor: agent.proposedApiFor,
      settings: {
        'chat.defaultModel': 'scripted',
        ...(isBrokers && { 'mcpOAuthBroker.servers': servers }),
        ...options.settings,
      },
      ...(!isBrokers && { mcpServers: servers }),
      chatLanguageModels: world.chatLanguageModels(),
      ...(options.isBrowserHere === true && { env: { VSCODE_PROXY_URI: '' } }),
    });
    closers.push(() => server.stop());
    const url = `${server.url}/?folder=${encodeURIComponent(folder)}`;
    return { world, editor, server, url, stateDir: state.path, userDataDir, extensionsDir, close };
  } catch (error) {
    await close();
    throw error;
  }
}

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The settings of a client's run. */
export interface ClientSetting {
  /** Its home directory, with all its files. */
  readonly home: string;
  /** Address of the model, without a trailing slash. */
  readonly model: string;
  /** The directory whose `node_modules` contains the clients. */
  readonly packages: string;
  /** The MCP server's name, and its stdio command. */
  readonly server: string;
  readonly command: readonly [program: string, ...args: readonly string[]];
}

/** A program to start. */
export interface Program {
  readonly command: readonly [program: string, ...args: readonly string[]];
  readonly env: Readonly<Record<string, string>>;
}

/** Another MCP client. */
export interface ClientKind {
  readonly name: string;
  /** Name of its npm package. */
  readonly package: string;
  /** Whether its model receives tools that a server adds during a conversation. */
  readonly readsToolsAgain: boolean;
  /**
   * Writes its configuration.
   *
   * @returns the program for one whole conversation
   */
  prepare(setting: ClientSetting, prompt: string): Promise<Program>;
}

/** Returns the program in a client's package for this platform. */
export function programOf(packages: string, name: string, program: string): string {
  const ending = process.platform === 'win32' ? '.exe' : '';
  const platform = `${name}-${process.platform}-${process.arch}`;
  return path.join(packages, 'node_modules', platform, `${program}${ending}`);
}

/** Returns Copilot CLI's variables for a local model, without updates. */
export function copilotEnvironment(model: string): Record<string, string> {
  return {
    COPILOT_PROVIDER_TYPE: 'openai',
    COPILOT_PROVIDER_BASE_URL: `${model}/v1`,
    COPILOT_PROVIDER_API_KEY: 'none',
    COPILOT_MODEL: 'scripted',
    COPILOT_OFFLINE: 'true',
    COPILOT_AUTO_UPDATE: 'false',
  };
}

/** Returns Claude Code's variables for a local model, without telemetry and updates. */
export function claudeCodeEnvironment(model: string): Record<string, string> {
  return {
    ANTHROPIC_BASE_URL: model,
    ANTHROPIC_API_KEY: 'none',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_AUTOUPDATER: '1',
    // Otherwise, the model receives a search for tools instead of the tools.
    ENABLE_TOOL_SEARCH: 'false',
  };
}

const copilotCli: ClientKind = {
  name: 'Copilot CLI',
  package: '@github/copilot',
  readsToolsAgain: true,
  async prepare({ home, model, packages, server, command: [command, ...args] }, prompt) {
    const config = { mcpServers: { [server]: { type: 'local', command, args, tools: ['*'] } } };
    await write(path.join(home, '.copilot', 'mcp-config.json'), JSON.stringify(config));
    const program = programOf(packages, '@github/copilot', 'copilot');
    return {
      command: [program, '-p', prompt, '--allow-all-tools', '--no-color'],
      env: {
        COPILOT_HOME: path.join(home, '.copilot'),
        ...copilotEnvironment(model),
      },
    };
  },
};

const claudeCode: ClientKind = {
  name: 'Claude Code',
  package: '@anthropic-ai/claude-code',
  readsToolsAgain: true,
  async prepare({ home, model, packages, server, command: [command, ...args] }, prompt) {
    const config = path.join(home, 'mcp.json');
    await write(config, JSON.stringify({ mcpServers: { [server]: { command, args } } }));
    const program = programOf(packages, '@anthropic-ai/claude-code', 'claude');
    const servers = ['--mcp-config', config, '--strict-mcp-config', '--allowedTools', `mcp__${server}`];
    return {
      command: [program, '-p', prompt, ...servers, '--max-turns', '20'],
      env: claudeCodeEnvironment(model),
    };
  },
};

const codex: ClientKind = {
  name: 'Codex',
  package: '@openai/codex',
  readsToolsAgain: false,
  async prepare({ home, model, packages, server, command: [command, ...args] }, prompt) {
    const text = (value: unknown) => JSON.stringify(value);
    const lines = [
      'model = "scripted"',
      'model_provider = "scripted"',
      'approval_policy = "never"',
      'sandbox_mode = "danger-full-access"',
      'check_for_update_on_startup = false',
      '[analytics]',
      'enabled = false',
      '[model_providers.scripted]',
      'name = "Scripted"',
      `base_url = ${text(`${model}/v1`)}`,
      'wire_api = "responses"',
      'env_key = "SCRIPTED_KEY"',
      `[mcp_servers.${server}]`,
      `command = ${text(command)}`,
      `args = ${text(args)}`,
    ];
    await write(path.join(home, 'config.toml'), `${lines.join('\n')}\n`);
    const program = path.join(packages, 'node_modules', '@openai', 'codex', 'bin', 'codex.js');
    return {
      command: [process.execPath, program, 'exec', '--skip-git-repo-check', prompt],
      env: { CODEX_HOME: home, SCRIPTED_KEY: 'none' },
    };
  },
};

export const clientKinds: readonly ClientKind[] = [copilotCli, claudeCode, codex];

async function write(file: string, content: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content, { mode: 0o600 });
}

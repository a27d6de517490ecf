import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What a client needs to know to be run. */
export interface ClientSetting {
  /** Its home, which holds everything it writes. */
  readonly home: string;
  /** Where the model listens, without a trailing slash. */
  readonly model: string;
  /** The directory whose `node_modules` holds the clients. */
  readonly packages: string;
  /** The MCP server's name, and the command that speaks for it. */
  readonly server: string;
  readonly command: readonly [program: string, ...args: readonly string[]];
}

/** A program to start. */
export interface Program {
  readonly command: readonly [program: string, ...args: readonly string[]];
  readonly env: Readonly<Record<string, string>>;
}

/** A client of another maker. */
export interface ClientKind {
  readonly name: string;
  /** Of npm. */
  readonly package: string;
  /** Whether its model is offered the tools that a server gets in the middle of a conversation. */
  readonly readsToolsAgain: boolean;
  /** Writes its configuration. @returns how one conversation is run to its end */
  prepare(setting: ClientSetting, prompt: string): Promise<Program>;
}

/** The package that holds a client's program for this platform. */
export function programOf(packages: string, name: string, program: string): string {
  const ending = process.platform === 'win32' ? '.exe' : '';
  const platform = `${name}-${process.platform}-${process.arch}`;
  return path.join(packages, 'node_modules', platform, `${program}${ending}`);
}

/** Copilot CLI's variables for a model that listens here, without updates. */
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

/** Claude Code's variables for a model that listens here, without telemetry and updates. */
export function claudeCodeEnvironment(model: string): Record<string, string> {
  return {
    ANTHROPIC_BASE_URL: model,
    ANTHROPIC_API_KEY: 'none',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_AUTOUPDATER: '1',
    // Otherwise the model is offered a search for tools instead of the tools.
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

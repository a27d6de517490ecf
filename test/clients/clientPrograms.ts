import path from 'node:path';
import type { ConnectableClient } from '../../src/mcpClients/connectionEntry.js';
import {
  claudeCodeEnvironment,
  copilotEnvironment,
  programOf,
  type Program,
} from '../sessions/clients/clientKinds.js';

/** The environment of a client's run. */
export interface ClientPlace {
  /** Its home directory, with all its files. */
  readonly home: string;
  /** Address of the model, without a trailing slash. */
  readonly model: string;
  /** The directory whose `node_modules` contains the clients. */
  readonly packages: string;
}

/** A client on npm. Its servers are configured separately. */
export interface ClientProgram {
  readonly client: ConnectableClient;
  /** Name of its npm package. */
  readonly package: string;
  /** Whether its model receives tools that a server adds during a conversation. */
  readonly readsToolsAgain: boolean;
  /**
   * A call of one of the client's own tools that takes a second, so that it can process a server's
   * notification.
   */
  readonly waiting: readonly [tool: string, args: object];
  /** The user's content of its configuration file, if any. */
  configuration?(place: ClientPlace): string;
  /** Returns the program for one whole conversation, with every tool of this server allowed. */
  run(place: ClientPlace, server: string, prompt: string): Program;
}

const claudeCode: ClientProgram = {
  client: 'claudeCode',
  package: '@anthropic-ai/claude-code',
  readsToolsAgain: true,
  waiting: ['Bash', { command: 'sleep 1', description: 'Wait' }],
  configuration: () => '{\n\t"numStartups": 3,\n\t"mcpServers": {}\n}\n',
  run: ({ model, packages }, server, prompt) => ({
    command: [
      programOf(packages, '@anthropic-ai/claude-code', 'claude'),
      '-p',
      prompt,
      '--allowedTools',
      `mcp__${server}`,
      '--max-turns',
      '20',
    ],
    env: claudeCodeEnvironment(model),
  }),
};

const copilotCli: ClientProgram = {
  client: 'copilotCli',
  package: '@github/copilot',
  readsToolsAgain: true,
  waiting: ['bash', { command: 'sleep 1', description: 'Wait', sessionId: 'a', async: false }],
  run: ({ model, packages }, _server, prompt) => ({
    command: [
      programOf(packages, '@github/copilot', 'copilot'),
      '-p',
      prompt,
      '--allow-all-tools',
      '--no-color',
    ],
    env: copilotEnvironment(model),
  }),
};

const codex: ClientProgram = {
  client: 'codex',
  package: '@openai/codex',
  readsToolsAgain: false,
  waiting: ['exec_command', { cmd: 'sleep 1' }],
  configuration: ({ model }) => `# Mine.
model = "scripted"
model_provider = "scripted"
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false

[analytics]
enabled = false # also mine

[model_providers.scripted]
name = "Scripted"
base_url = ${JSON.stringify(`${model}/v1`)}
wire_api = "responses"
env_key = "SCRIPTED_KEY"
`,
  run: ({ packages }, _server, prompt) => ({
    command: [
      process.execPath,
      path.join(packages, 'node_modules', '@openai', 'codex', 'bin', 'codex.js'),
      'exec',
      '--skip-git-repo-check',
      prompt,
    ],
    env: { SCRIPTED_KEY: 'none' },
  }),
};

const gemini: ClientProgram = {
  client: 'gemini',
  package: '@google/gemini-cli',
  readsToolsAgain: true,
  waiting: ['run_shell_command', { command: 'sleep 1' }],
  configuration: () => `{
  // Mine.
  "general": { "enableAutoUpdate": false, "enableAutoUpdateNotification": false },
  "privacy": { "usageStatisticsEnabled": false },
  "security": { "auth": { "selectedType": "gemini-api-key" } }
}
`,
  run: ({ model, packages }, _server, prompt) => ({
    command: [
      process.execPath,
      path.join(packages, 'node_modules', '@google', 'gemini-cli', 'bundle', 'gemini.js'),
      '--approval-mode=yolo',
      '--model',
      'gemini-2.5-flash',
      '-p',
      prompt,
    ],
    env: {
      GOOGLE_GEMINI_BASE_URL: model,
      GEMINI_API_KEY: 'none',
      GEMINI_CLI_TRUST_WORKSPACE: 'true',
      // Prevents a child process that would outlive it.
      GEMINI_CLI_NO_RELAUNCH: 'true',
    },
  }),
};

export const clientPrograms: readonly ClientProgram[] = [claudeCode, codex, copilotCli, gemini];

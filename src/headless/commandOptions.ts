import type { ParseArgsConfig } from 'node:util';

/** How the command is called. */
export const commandName = 'mcp-oauth-broker-headless';

export interface Options {
  /** Where everything is kept. */
  readonly home?: string;
  readonly settings?: string;
  readonly verbose?: boolean;
  readonly help?: boolean;
  readonly code?: boolean;
  readonly paste?: boolean;
  readonly another?: boolean;
  readonly agent?: string;
  readonly account?: readonly string[];
  readonly scope?: readonly string[];
  readonly tool?: readonly string[];
  readonly server?: readonly string[];
  readonly days?: string;
  readonly make?: boolean;
  readonly check?: boolean;
  readonly json?: boolean;
}

export type OptionName = keyof Options;

interface OptionDefinition extends NonNullable<NonNullable<ParseArgsConfig['options']>[string]> {
  /** The placeholder of its value in the usage, if it takes one. */
  readonly value?: string;
}

const flag = { type: 'boolean' } as const;
const text = (value: string) => ({ type: 'string', value }) as const;
const texts = (value: string) => ({ type: 'string', multiple: true, value }) as const;

export const definitions: Readonly<Record<OptionName, OptionDefinition>> = {
  ...{ home: text('DIR'), settings: text('FILE'), verbose: flag, help: { ...flag, short: 'h' } },
  ...{ code: flag, paste: flag, another: flag, agent: text('NAME'), account: texts('NAME') },
  ...{ scope: texts('SCOPE'), tool: texts('TOOL'), server: texts('NAME'), days: text('N') },
  ...{ make: flag, check: flag, json: flag },
};
export const everywhere: readonly OptionName[] = ['home', 'settings', 'verbose', 'help'];

interface CommandDefinition {
  /** What it is done to. */
  readonly subject?: string;
  readonly options: readonly OptionName[];
  /** Of the options, those it does not work without. */
  readonly required?: readonly OptionName[];
}

/** What each command takes. */
const commands = {
  serve: { options: [] },
  'sign-in': { subject: 'SERVER', options: ['code', 'paste', 'scope', 'account', 'another', 'agent'] },
  'sign-out': { subject: 'SERVER', options: ['account'] },
  'client-secret': { subject: 'SERVER', options: [] },
  'client-key': { subject: 'SERVER', options: ['make'] },
  status: { options: ['check', 'json'] },
  admit: {
    subject: 'AGENT',
    options: ['server', 'scope', 'tool', 'account', 'days'],
    required: ['server'],
  },
  rotate: { subject: 'AGENT', options: [] },
  withdraw: { subject: 'AGENT', options: [] },
  'make-key': { options: [] },
} as const satisfies Record<string, CommandDefinition>;

export type CommandName = keyof typeof commands;

export const commandNames = Object.keys(commands) as readonly CommandName[];

export function definitionOf(command: CommandName): CommandDefinition {
  return commands[command];
}

/** How one command is called, in a line; what every command takes is not repeated. */
export function usageOf(command: CommandName): string {
  const { subject, options, required } = definitionOf(command);
  const words = options.map((name) => {
    const { value, multiple } = definitions[name];
    const option = value === undefined ? `--${name}` : `--${name} ${value}`;
    return `${required?.includes(name) === true ? option : `[${option}]`}${multiple === true ? '…' : ''}`;
  });
  return ['Usage:', commandName, command, ...(subject === undefined ? [] : [subject]), ...words].join(' ');
}

export const usage = `Usage: ${commandName} COMMAND [OPTIONS]

  serve                 serves the admitted agents until it is stopped
  sign-in SERVER        signs in with a code if the server supports it, otherwise with an address and a pasted callback
      --code, --paste     uses only this way
      --scope SCOPE       requests an additional scope; repeatable
      --account NAME      renews or extends this account
      --another           signs in another account
      --agent NAME        signs in only for this agent, with only the given --scope
  sign-out SERVER       revokes and removes a sign-in      [--account NAME]
  client-secret SERVER  saves the secret of oauth.clientId, read from standard input
  client-key SERVER     saves its private key, read from standard input, and writes the public key to standard output
      --make              generates a new key instead
  status                lists the sign-ins and the admitted agents
      --check             checks each server; exits with 3 if one is not ready
      --json              prints JSON
  admit AGENT           admits an agent; its key is written to standard output, once
      --server NAME       required, repeatable
      --scope SCOPE       allows only these scopes; repeatable
      --tool TOOL         allows only these tools; repeatable
      --account NAME      acts as this account
                          (with several servers: --scope NAME=SCOPE, and so on)
      --days N            for this many days; by default until withdrawn
  rotate AGENT          replaces the key of an agent
  withdraw AGENT        revokes the access of an agent
  make-key              prints a new key for MCP_OAUTH_BROKER_STORE_KEY

  --home DIR            the storage directory; default: $MCP_OAUTH_BROKER_HOME or ~/.mcp-oauth-broker
  --settings FILE       the settings file; default: settings.json in that directory
  --verbose             prints more details to standard error

Exit codes: 0 success, 1 failure, 2 usage error, 3 status --check found a server that is not ready, 128 + n ended by a
signal (0 for serve, because a signal is how it is stopped).
`;

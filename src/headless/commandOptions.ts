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
  /** What stands for its value in the usage, where it takes one. */
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

  serve                 serves the admitted agents until it is told to end
  sign-in SERVER        signs in, with a code where the server gives them, else by an address and a pasted callback
      --code, --paste     this way and no other
      --scope SCOPE       asks for it beside what is granted; repeatable
      --account NAME      renews or extends this account
      --another           signs in somebody who is not signed in yet
      --agent NAME        for this agent alone, with the --scope it is to have and no more
  sign-out SERVER       revokes and removes a sign-in      [--account NAME]
  client-secret SERVER  keeps the secret of oauth.clientId, read from standard input
  client-key SERVER     keeps its private key, read from standard input, and writes the public half to standard output
      --make              a new key instead
  status                what is signed in, and which agents are admitted
      --check             asks each server, and ends with 3 where one is not ready to be called
      --json              for programs
  admit AGENT           admits an agent; its key is written to standard output, once
      --server NAME       required, repeatable
      --scope SCOPE       at most these; repeatable
      --tool TOOL         only these; repeatable
      --account NAME      acts as this account
                          (with several servers: --scope NAME=SCOPE, and so on)
      --days N            for so long; without it until it is withdrawn
  rotate AGENT          gives an agent another key in place of the present one
  withdraw AGENT        takes an agent's key back
  make-key              writes a new key for MCP_OAUTH_BROKER_STORE_KEY

  --home DIR            where everything is kept; else $MCP_OAUTH_BROKER_HOME, else ~/.mcp-oauth-broker
  --settings FILE       else settings.json there
  --verbose             tells more on standard error

It ends with 0 when it is done, 1 when it is not, 2 when it cannot tell what is meant, 3 when status --check found a
server that is not ready, 128 + n when a signal ended it (serve with 0: that is how it is told to end).
`;

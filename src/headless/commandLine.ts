import { parseArgs, type ParseArgsConfig } from 'node:util';

/** How the command is called. */
export const commandName = 'mcp-oauth-broker-headless';

/** What somebody typed cannot be meant, in words. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What the command is to do, with whom. */
export interface CommandLine {
  readonly command: CommandName;
  /** The server or the agent, where the command takes one. */
  readonly subject: string;
  readonly options: Options;
}

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

type OptionName = keyof Options;

const flag = { type: 'boolean' } as const;
const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true } as const;

const definitions: Readonly<Record<OptionName, NonNullable<ParseArgsConfig['options']>[string]>> = {
  ...{ home: text, settings: text, verbose: flag, help: { ...flag, short: 'h' } },
  ...{ code: flag, paste: flag, another: flag, agent: text, account: texts, scope: texts },
  ...{ tool: texts, server: texts, days: text, make: flag, check: flag, json: flag },
};
const everywhere: readonly OptionName[] = ['home', 'settings', 'verbose', 'help'];

/** What each command takes. */
const commands = {
  serve: { options: [] },
  'sign-in': { subject: 'SERVER', options: ['code', 'paste', 'scope', 'account', 'another', 'agent'] },
  'sign-out': { subject: 'SERVER', options: ['account'] },
  'client-secret': { subject: 'SERVER', options: [] },
  'client-key': { subject: 'SERVER', options: ['make'] },
  status: { options: ['check', 'json'] },
  admit: { subject: 'AGENT', options: ['server', 'scope', 'tool', 'account', 'days'] },
  rotate: { subject: 'AGENT', options: [] },
  withdraw: { subject: 'AGENT', options: [] },
  'make-key': { options: [] },
} as const satisfies Record<string, { readonly subject?: string; readonly options: readonly OptionName[] }>;

export type CommandName = keyof typeof commands;

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
      --check             asks each server
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
`;

/** @throws UsageError */
export function parseCommandLine(args: readonly string[]): CommandLine | 'help' {
  const { values, positionals } = parsed(args);
  const [name = '', ...rest] = positionals;
  if (values.help === true || name === 'help') return 'help';
  if (name === '') throw new UsageError('Which command?');
  if (!isCommand(name)) throw new UsageError(`There is no command “${name}”.`);
  const command: { readonly subject?: string; readonly options: readonly OptionName[] } = commands[name];
  const stray = (Object.keys(values) as OptionName[]).find(
    (option) => !everywhere.includes(option) && !command.options.includes(option),
  );
  if (stray !== undefined) throw new UsageError(`${name} takes no option --${stray}.`);
  const [subject, ...more] = rest;
  if (command.subject !== undefined && subject === undefined)
    throw new UsageError(`${name} needs its ${command.subject}.`);
  const surplus = command.subject === undefined ? subject : more[0];
  if (surplus !== undefined) throw new UsageError(`${name} does not take “${surplus}”.`);
  return { command: name, subject: subject ?? '', options: { ...values } };
}

function parsed(args: readonly string[]) {
  try {
    const options = definitions as NonNullable<ParseArgsConfig['options']>;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values: values as Options, positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'These arguments cannot be read.');
  }
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}

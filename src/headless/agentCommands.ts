import { defined } from '../base/defined.js';
import type { AdmittedServer, AgentAdmission } from '../broker/agents/agentAdmission.js';
import type { AgentAdmissions } from '../broker/agents/agentAdmissions.js';
import { agentPath } from '../broker/agents/agentSettings.js';
import { keyVariable } from '../broker/agents/agentSnippets.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import { systemClock } from '../node/machine.js';
import type { Redacted } from '../base/redacted.js';
import { isScopeToken } from '../oauth/wwwAuthenticateChallenge.js';
import { UsageError, type Options } from './commandLine.js';
import { accountNamed, serverNamed, type Session } from './session.js';
import type { Terminal } from './terminal.js';

const day = 24 * 3_600_000;

/** Admits an agent; its key alone goes to standard output, for whatever keeps it. */
export async function admit(name: string, options: Options, session: Session): Promise<void> {
  const { settings, broker, terminal } = session;
  const { admissions } = broker;
  if ((await admissions.current()).some((agent) => agent.name === name))
    throw new UsageError(`An agent named “${name}” is already admitted. Withdraw it or rotate its key.`);
  const names = [...new Set(options.server ?? [])];
  if (names.length === 0) throw new UsageError('admit needs --server at least once.');
  const servers = names.map((one) => serverNamed(settings, one));
  const admitted = await Promise.all(servers.map((server) => accessTo(server, names, options, session)));
  const days = daysOf(options.days);
  const { key } = await admissions.admit(
    defined({
      name,
      servers: admitted,
      expiresAt: days !== undefined ? systemClock.now() + days * day : undefined,
    }),
  );
  for (const server of servers)
    terminal.say(`${server.name}: http://127.0.0.1:${settings.agents.port}${agentPath(server.name)}`);
  printKey(name, key, terminal);
}

/** @throws UsageError if no such agent is admitted */
export async function rotate(name: string, { broker, terminal }: Session): Promise<void> {
  const { admissions } = broker;
  const { id } = await agentNamed(name, admissions);
  const key = await admissions.rotate(id);
  if (key === undefined) throw new UsageError(`“${name}” has just been withdrawn.`);
  printKey(name, key, terminal);
}

/**
 * Ends an admission, and the sign-ins that are for that agent alone.
 *
 * @throws UsageError if no such agent is admitted
 */
export async function withdraw(name: string, { broker, terminal }: Session): Promise<void> {
  await broker.signOuts.withdraw(await agentNamed(name, broker.admissions));
  terminal.say(`“${name}” is withdrawn. Its key no longer works, and its running calls end within a second.`);
}

/** The newest of a name: one that has expired may have had the same. */
export async function agentNamed(name: string, admissions: AgentAdmissions): Promise<AgentAdmission> {
  const all = await admissions.all();
  const found = all.findLast((agent) => agent.name === name);
  if (found !== undefined) return found;
  throw new UsageError(
    `No agent named “${name}” is admitted. Admitted agents: ${all.map((agent) => agent.name).join(', ') || 'none'}.`,
  );
}

function printKey(name: string, key: Redacted, terminal: Terminal): void {
  terminal.say(`The key of “${name}”, for ${keyVariable}. It can’t be shown again:`);
  terminal.print(key.expose());
}

async function accessTo(
  server: ServerConfig,
  names: readonly string[],
  options: Options,
  { broker }: Session,
): Promise<AdmittedServer> {
  const scopes = valuesFor(server.name, names, options.scope, 'scope');
  const tools = valuesFor(server.name, names, options.tool, 'tool');
  const [account, ...others] = valuesFor(server.name, names, options.account, 'account') ?? [];
  if (others.length > 0) throw new UsageError(`An agent can act as only one account at ${server.name}.`);
  const bad = scopes?.find((scope) => !isScopeToken(scope));
  if (bad !== undefined)
    throw new UsageError(`“${bad}” is not a scope. Pass each scope with its own --scope.`);
  return defined({
    url: server.url,
    account: account !== undefined ? await accountNamed(broker, server, account) : undefined,
    scopes,
    tools,
  });
}

/** The value of an option for one server; if there are several, each value names its own. */
function valuesFor(
  server: string,
  names: readonly string[],
  values: readonly string[] | undefined,
  option: string,
): readonly string[] | undefined {
  if (values === undefined || names.length === 1) return values;
  const nameless = values.find((value) => !names.some((name) => value.startsWith(`${name}=`)));
  if (nameless !== undefined)
    throw new UsageError(`--${option} must name the server that it is for: --${option} ${server}=…`);
  const own = values.filter((value) => value.startsWith(`${server}=`));
  return own.length === 0 ? undefined : own.map((value) => value.slice(server.length + 1));
}

function daysOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const days = Number(text);
  if (Number.isFinite(days) && days > 0 && days <= 3_650) return days;
  throw new UsageError('--days must be a number of days.');
}

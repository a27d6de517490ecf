import { parseServers, type ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { oauthOf, type ScenarioContext } from './scenarioContext.js';
import { isObject } from '../../src/oauth/jsonResponse.js';

/** The command line and the environment of one run of the client. */
export interface ClientEnvironment {
  readonly server: ServerConfig;
  /** The tool to call. If absent, the first in the list. */
  readonly tool?: string;
  readonly toolArguments: Record<string, unknown>;
  /**
   * The command line that takes the authorization address as its last argument. If absent, redirects are
   * followed.
   */
  readonly browser?: string;
  /** The file that stores data between runs. If absent, storage ends with the run. */
  readonly store?: string;
  /** The suite's credentials for a scenario's client. */
  readonly context: ScenarioContext;
}

/** The command line or an environment variable is invalid. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError if the command line or an environment variable is invalid */
export function clientEnvironment(
  [serverUrl]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ClientEnvironment {
  if (serverUrl === undefined) throw new UsageError('usage: client.js <serverUrl>');
  const context = jsonObject(env, 'MCP_CONFORMANCE_CONTEXT');
  const tool = env['MCP_TOOL'];
  const browser = env['BROWSER'];
  const store = env['MCP_STORE'];
  return {
    server: serverEntry(serverUrl, jsonObject(env, 'MCP_SERVER_SETTINGS'), context),
    ...(tool !== undefined && tool !== '' && { tool }),
    toolArguments: jsonObject(env, 'MCP_TOOL_ARGS'),
    ...(browser !== undefined && browser.trim() !== '' && { browser: browser.trim() }),
    ...(store !== undefined && store !== '' && { store }),
    context,
  };
}

/** Returns the entry as in the settings: the context's client counts as registered by hand. */
function serverEntry(
  url: string,
  settings: Readonly<Record<string, unknown>>,
  context: ScenarioContext,
): ServerConfig {
  const given = isObject(settings['oauth']) ? settings['oauth'] : {};
  const oauth = { ...oauthOf(context), ...given };
  const { servers, problems } = parseServers({ server: { ...settings, url, oauth } });
  const [server] = servers;
  if (server !== undefined) return server;
  throw new UsageError(problems.map(({ message }) => message).join(' '));
}

function jsonObject(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
): Record<string, unknown> {
  const text = env[name];
  if (text === undefined || text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // The check below reports it, because invalid JSON is no object.
  }
  throw new UsageError(`${name} is not a JSON object.`);
}

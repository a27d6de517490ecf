import { defined } from '../base/defined.js';
import { readFileSync, statSync } from 'node:fs';
import { parseAgentSettings, type AgentSettings } from '../broker/agents/agentSettings.js';
import { clientMetadataUrlFault } from '../broker/clients/clientMetadataDocument.js';
import {
  parseIdentityProvider,
  type IdentityProviderConfig,
} from '../broker/settings/identityProviderSetting.js';
import { ownSettings, section } from '../broker/settings/ownSettings.js';
import { parseServers, type ServerConfig, type SettingProblem } from '../broker/settings/serverSettings.js';
import { parseToolRules, type ParsedToolRules } from '../broker/tools/toolRules.js';
import { isObject } from '../oauth/jsonResponse.js';
import { JsonFault, parseJsonWithComments } from '../mcpClients/jsonWithComments.js';

/** The editor's settings of the broker, for a process without an editor. */
export interface HeadlessSettings {
  readonly servers: readonly ServerConfig[];
  /** Those that are disabled. */
  readonly disabled: readonly ServerConfig[];
  readonly toolRules: ParsedToolRules;
  readonly agents: AgentSettings;
  readonly identityProvider?: IdentityProviderConfig;
  readonly clientMetadataUrl?: string;
  readonly recordsArguments: boolean;
  /** What of them cannot be used; the rest is. */
  readonly problems: readonly SettingProblem[];
}

/** The file cannot be used at all. */
export class SettingsUnreadable extends Error {
  override readonly name = 'SettingsUnreadable';
}

const prefix = `${section}.`;
const known: readonly string[] = ownSettings;

/** @throws SettingsUnreadable */
export function readSettings(file: string): HeadlessSettings {
  let text: string;
  try {
    // The owner of this file decides where tokens go.
    if (process.platform !== 'win32' && (statSync(file).mode & 0o002) !== 0)
      throw new SettingsUnreadable(
        `Any user can write to ${file}. Remove that permission (chmod o-w) first.`,
      );
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof SettingsUnreadable) throw error;
    throw new SettingsUnreadable(
      `The settings file ${file} does not exist. Create it with { "servers": { "name": { "url": "https://…/mcp" } } }.`,
    );
  }
  return parseSettings(text, file);
}

/**
 * Reads settings with the names of the editor's, with or without the `mcpOAuthBroker.` before each, and written as there.
 *
 * @throws SettingsUnreadable
 */
export function parseSettings(text: string, file: string): HeadlessSettings {
  const value = parsed(text, file);
  if (!isObject(value)) throw new SettingsUnreadable(`${file} must contain an object: setting → value.`);
  const values = new Map<string, unknown>();
  const problems: SettingProblem[] = [];
  const report = (message: string) => problems.push({ server: '', field: '', message });
  for (const [written, given] of Object.entries(value)) {
    const name = written.startsWith(prefix) ? written.slice(prefix.length) : written;
    if (!known.includes(name))
      report(`“${written}” is not a known setting. Known settings: ${known.join(', ')}.`);
    else if (values.has(name)) report(`${prefix}${name} appears twice. The first one is used.`);
    else values.set(name, given);
  }
  const { servers, disabled, problems: serverProblems } = parseServers(values.get('servers'));
  const toolRules = parseToolRules(values.get('toolRules'));
  const agents = parseAgentSettings((key) => values.get(`agents.${key}`));
  const provider = parseIdentityProvider(values.get('enterpriseIdentityProvider'));
  const { identityProvider } = provider;
  const clientMetadataUrl = values.get('clientMetadataUrl') ?? undefined;
  const fault =
    clientMetadataUrl === undefined
      ? undefined
      : clientMetadataUrlFault(typeof clientMetadataUrl === 'string' ? clientMetadataUrl : '');
  if (fault !== undefined) report(`${prefix}clientMetadataUrl: ${fault}`);
  return defined({
    servers,
    disabled,
    toolRules,
    agents: agents.settings,
    identityProvider,
    clientMetadataUrl:
      typeof clientMetadataUrl === 'string' && fault === undefined ? clientMetadataUrl : undefined,
    recordsArguments: values.get('toolCalls.recordArguments') === true,
    problems: [
      ...problems,
      ...serverProblems,
      ...toolRules.problems,
      ...agents.problems,
      ...provider.problems,
    ],
  });
}

function parsed(text: string, file: string): unknown {
  try {
    return parseJsonWithComments(text);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const { line, column, message } = error;
    throw new SettingsUnreadable(
      `${file}, line ${line}, column ${column}: ${message}. Settings are JSON; comments and trailing commas are allowed.`,
    );
  }
}

/** Names the entry and the field before the error. */
export function problemTexts({ server, field, message }: SettingProblem): string {
  if (server === '' && (field === '' || field === 'toolRules')) return message;
  return `Settings, “${server}”${field === '' ? '' : ` › ${field}`}: ${message}`;
}

import { defined } from '../../base/defined.js';
import * as vscode from 'vscode';
import { policyRefusal, type ServerPolicy } from '../../broker/settings/serverPolicy.js';
import { clientMetadataUrlFault } from '../../broker/clients/clientMetadataDocument.js';
import { Emitter } from '../../base/event.js';
import type { ServersSetting } from '../../broker/imports/imports.js';
import {
  identityProviderAsServer,
  parseIdentityProvider,
  type IdentityProviderConfig,
} from '../../broker/settings/identityProviderSetting.js';
import { section } from '../../broker/settings/ownSettings.js';
import type { Entries } from '../../broker/settings/serverEntries.js';
import type { Disposable } from '../../base/clock.js';
import {
  parseServers,
  type ParsedServers,
  type ServerConfig,
  type SettingProblem,
  type NamedServer,
} from '../../broker/settings/serverSettings.js';
import { isObject } from '../../oauth/jsonResponse.js';
import { usersOwn } from './usersOwnSettings.js';
import { SettingUnwritable, writeWithApi, type WriteSetting } from './writeSetting.js';

const key = 'servers';
const identityProviderKey = 'enterpriseIdentityProvider';
/** The section of the policies on which MCP servers the editor may use. */
const policySection = 'chat.mcp';
const clientMetadataKey = 'clientMetadataUrl';

/** The values that can be written for a new server, named as in the setting. */
export interface NewServer {
  /** Streamable HTTP if absent. */
  readonly type?: 'sse';
  readonly url: string;
  readonly clientId?: string | undefined;
}

/** The user setting `mcpOAuthBroker.servers`. A workspace can neither add nor redirect a server. */
export class EditorServerSettings implements Disposable {
  readonly #changed = new Emitter<Settings>();
  readonly #subscription: vscode.Disposable;
  #current = read();

  /** Fires when the content of the setting has changed, not when it was only saved. */
  readonly onDidChange = this.#changed.event;

  constructor(private readonly write: WriteSetting = writeWithApi) {
    this.#subscription = vscode.workspace.onDidChangeConfiguration((event) => {
      const ours = [key, identityProviderKey].map((name) => `${section}.${name}`);
      if (![...ours, policySection].some((name) => event.affectsConfiguration(name))) return;
      const before = JSON.stringify(this.#current);
      this.#current = read();
      if (JSON.stringify(this.#current) !== before) this.#changed.fire(this.#current);
    });
  }

  get servers(): readonly ServerConfig[] {
    return this.#current.servers;
  }

  /** The servers that the user disabled: no caller reaches them, but their sign-ins are kept. */
  get disabled(): readonly ServerConfig[] {
    return this.#current.disabled;
  }

  /** The addresses for which tokens are kept: the servers and the organization's identity provider. */
  get urls(): readonly string[] {
    const provider = this.identityProvider && identityProviderAsServer(this.identityProvider);
    const others = provider === undefined ? [] : [provider];
    return [...this.servers, ...this.disabled, ...others].map(({ url }) => url);
  }

  get problems(): readonly SettingProblem[] {
    return this.#current.problems;
  }

  /** The organization's identity provider, if one is configured. */
  get identityProvider(): IdentityProviderConfig | undefined {
    return this.#current.identityProvider;
  }

  find(name: string): ServerConfig | undefined {
    return this.servers.find((server) => server.name === name);
  }

  withUrl(url: string): ServerConfig | undefined {
    return [...this.servers, ...this.disabled].find((server) => server.url === url);
  }

  /** The names in use, including those of unreadable entries. */
  get names(): readonly string[] {
    return Object.keys(raw() ?? {});
  }

  /** @throws SettingUnwritable if the setting cannot be written */
  async add(name: string, server: NewServer): Promise<void> {
    const entry = defined({
      type: server.type ?? 'http',
      url: server.url,
      oauth: server.clientId !== undefined ? { clientId: server.clientId } : undefined,
    });
    await this.change((entries) => ({ ...entries, [name]: entry }));
  }

  /**
   * Sets or removes the client ID in a server's entry; the rest of the entry is unchanged.
   *
   * @throws SettingUnwritable if the entry no longer exists or is not an object
   */
  async setClientId(name: string, clientId: string | undefined): Promise<void> {
    await this.#changeEntry(name, ({ oauth, ...entry }) => {
      const { clientId: _before, ...others } = isObject(oauth) ? oauth : {};
      const changed = { ...others, ...(clientId !== undefined && { clientId }) };
      return { ...entry, ...(Object.keys(changed).length > 0 && { oauth: changed }) };
    });
  }

  /**
   * Disables a server, or enables it again.
   *
   * @throws SettingUnwritable if the entry no longer exists or is not an object
   */
  async setDisabled(name: string, isDisabled: boolean): Promise<void> {
    await this.#changeEntry(name, ({ disabled: _before, ...entry }) => ({
      ...entry,
      ...(isDisabled && { disabled: true }),
    }));
  }

  /** The entries as they are written. */
  get entries(): Entries {
    return raw() ?? {};
  }

  /**
   * Writes the entries that `changed` returns for the current ones.
   *
   * @throws SettingUnwritable if part of the setting would be lost
   */
  async change(changed: (entries: Entries) => Entries): Promise<void> {
    const entries = raw();
    if (entries === undefined) throw notAnObject();
    await this.write(key, changed(entries));
  }

  async #changeEntry(name: string, changed: (entry: Entries) => Entries): Promise<void> {
    await this.change((entries) => {
      const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
      if (!isObject(entry)) {
        throw new SettingUnwritable(vscode.l10n.t('The server “{0}” is no longer in the settings.', name));
      }
      return { ...entries, [name]: changed(entry) };
    });
  }

  /** All entries as they are written, for changing several at once. */
  get asWritten(): ServersSetting {
    const { write } = this;
    return {
      get written() {
        if (usersOwn(key) === undefined) return undefined;
        const entries = raw();
        if (entries === undefined) throw notAnObject();
        return entries;
      },
      write: (entries) => write(key, entries),
    };
  }

  /** The address of the client ID metadata document; undefined if the setting is not a valid address. */
  get clientMetadataUrl(): string | undefined {
    const value = usersOwn(clientMetadataKey);
    if (typeof value !== 'string') return undefined;
    return clientMetadataUrlFault(value) === undefined ? value : undefined;
  }

  /** @throws SettingUnwritable if the setting cannot be written */
  async setClientMetadataUrl(url: string): Promise<void> {
    await this.write(clientMetadataKey, url);
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}

/** Returns the reason if a current policy of the editor forbids a server. */
export function policyRefusalNow(server: NamedServer): string | undefined {
  return policyRefusal(server, readPolicy());
}

function notAnObject(): SettingUnwritable {
  return new SettingUnwritable(
    vscode.l10n.t('The setting {0} is not an object. Correct it first.', `${section}.${key}`),
  );
}

/** Opens the editor's settings at this extension's. */
export function openServerSettings(): Thenable<unknown> {
  return openSettings(`@id:${section}.${key},${section}.toolRules`);
}

/** Opens the user's settings, because this extension reads only these, even in a remote window. */
export function openSettings(query: string): Thenable<unknown> {
  return vscode.commands.executeCommand('workbench.action.openSettings', query);
}

export function openIdentityProviderSetting(): Thenable<unknown> {
  return openSettings(`@id:${section}.${identityProviderKey}`);
}

/** Opens the editor's settings at an entry that cannot be used. */
export function openSettingsAt({ server }: SettingProblem): Thenable<unknown> {
  return server === identityProviderKey ? openIdentityProviderSetting() : openServerSettings();
}

/** The settings, and the parts of them that cannot be used. */
interface Settings extends ParsedServers {
  readonly identityProvider?: IdentityProviderConfig;
}

/**
 * Reads the settings. A server that a policy forbids is ignored: it is not offered, has no sign-in, and no
 * caller reaches it.
 */
function read(): Settings {
  const { servers, disabled, problems } = parseServers(usersOwn(key));
  const parsed = parseIdentityProvider(usersOwn(identityProviderKey));
  const policy = readPolicy();
  const forbidden = servers.flatMap((server) => {
    const message = policyRefusal(server, policy);
    return message === undefined ? [] : [{ server: server.name, field: '', message }];
  });
  const names = new Set(forbidden.map(({ server }) => server));
  return {
    ...parsed,
    servers: servers.filter(({ name }) => !names.has(name)),
    disabled,
    problems: [...problems, ...forbidden, ...parsed.problems],
  };
}

/** Checks whether the user has turned on the recording of tool calls' arguments. */
export function recordsArguments(): boolean {
  return usersOwn('toolCalls.recordArguments') === true;
}

/**
 * Reads the policy. A policy replaces the user's setting, and the editor provides it to extensions as the
 * value; when a setting is inspected, it appears as the default. If only managed lists count
 * (`ChatAllowManagedMcpServersOnly`), only the managed list allows servers, but every list denies them.
 *
 * The servers in an organization's registry (`chat.mcp.access` `registry`) cannot be read here; only the
 * editor itself can judge the definition.
 */
function readPolicy(): ServerPolicy {
  const settings = vscode.workspace.getConfiguration(policySection);
  const denied = settings.inspect<unknown>('deniedServers');
  const isManagedOnly = settings.get<unknown>('allowManagedServersOnly') === true;
  return {
    access: settings.get<unknown>('access'),
    allowed: isManagedOnly
      ? (settings.inspect<unknown>('allowedServers')?.defaultValue ?? [])
      : settings.get<unknown>('allowedServers'),
    denied: isManagedOnly
      ? [denied?.defaultValue, denied?.globalValue].flatMap((list) =>
          Array.isArray(list) ? (list as readonly unknown[]) : [],
        )
      : settings.get<unknown>('deniedServers'),
  };
}

/** The entries as they are written; undefined if the value is not an object. */
function raw(): Readonly<Record<string, unknown>> | undefined {
  const value = usersOwn(key) ?? {};
  return isObject(value) ? value : undefined;
}

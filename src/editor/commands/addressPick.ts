import { defined } from '../../base/defined.js';
import * as vscode from 'vscode';
import type { FindingParts } from '../../broker/discovery/findings.js';
import { officialRegistry, type RegistryAddress } from '../../broker/registry/registryAddress.js';
import { searchRegistry, type RegistryMatches } from '../../broker/registry/registrySearch.js';
import { SearchAsTyped, type SearchState } from '../../broker/registry/searchAsTyped.js';
import { plain, plainWhole, type Notifications } from '../adapters/notifications.js';
import type { RegistrySetting } from '../settings/registrySetting.js';
import type { EditorServerSettings } from '../settings/serverSettings.js';
import type { RegistryServer } from '../../broker/registry/registryServer.js';
import {
  parseServerUrl,
  serverNameFault,
  type ServerEndpoint,
} from '../../broker/settings/serverSettings.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';

/** The registry to search, which the user can change. */
export interface RegistryChoice {
  readonly address: RegistrySetting['address'];
  readonly use: RegistrySetting['use'];
  readonly onDidChange: RegistrySetting['onDidChange'];
}

export interface AddressPickWindow {
  readonly createQuickPick: typeof vscode.window.createQuickPick;
}

export interface AddressPickParts {
  readonly settings: EditorServerSettings;
  readonly registry: RegistryChoice;
  readonly finding: FindingParts;
}

/** The chosen item, and the text that was in the box. */
interface Chosen<LeadsTo> {
  readonly leadsTo: LeadsTo;
  readonly typed: string;
}

/**
 * The box that accepts a server's address, or a name to search for in an MCP registry if the user has agreed
 * to that.
 */
export class AddressPick {
  constructor(
    private readonly parts: AddressPickParts,
    private readonly notifications: Notifications,
    private readonly window: AddressPickWindow,
  ) {}

  /** @returns undefined if the user closed the box */
  async ask(typed: string): Promise<{ readonly candidate: Candidate; readonly typed: string } | undefined> {
    let shown = typed;
    for (;;) {
      const chosen = await this.#show(shown);
      if (chosen === undefined) return undefined;
      if (chosen.leadsTo !== 'offerSearch') return { candidate: chosen.leadsTo, typed: chosen.typed };
      shown = chosen.typed;
      await this.#offerSearch();
    }
  }

  #show(typed: string): Promise<Chosen<Candidate | 'offerSearch'> | undefined> {
    const { settings, registry, finding } = this.parts;
    const done = Promise.withResolvers<Chosen<Candidate | 'offerSearch'> | undefined>();
    const pick = this.window.createQuickPick<AddressRow>();
    const rows = () =>
      addressRows(pick.value, { settings, registry: registry.address, search: search.state });
    const search = new SearchAsTyped(
      (text, signal) => this.#search(text, signal),
      finding.clock,
      () => {
        pick.busy = search.state.kind === 'searching';
        pick.items = rows();
      },
    );
    const follow = () => {
      search.type(registry.address.kind === 'set' ? searchText(pick.value) : undefined);
      pick.items = rows();
    };
    Object.assign(pick, {
      title: vscode.l10n.t('Add an MCP server'),
      placeholder: vscode.l10n.t(
        'The address of the MCP server, such as https://mcp.example.com/mcp, or its name',
      ),
      ignoreFocusOut: true,
      value: typed,
    });
    const subscription = registry.onDidChange(() => {
      // Results from another registry are no longer valid.
      search.type(undefined);
      follow();
    });
    pick.onDidChangeValue(follow);
    pick.onDidAccept(() => {
      const isSearching = search.state.kind !== 'idle';
      const leadsTo = accepted(pick.selectedItems[0] ?? pick.activeItems[0], rows(), isSearching);
      if (leadsTo === undefined) return;
      done.resolve({ leadsTo, typed: pick.value });
      pick.hide();
    });
    pick.onDidHide(() => {
      subscription.dispose();
      search.dispose();
      pick.dispose();
      done.resolve(undefined);
    });
    follow();
    pick.show();
    return done.promise;
  }

  async #search(text: string, signal: AbortSignal): Promise<RegistryMatches> {
    const { address } = this.parts.registry;
    if (address.kind !== 'set') return { servers: [], isMore: false };
    return searchRegistry(address.url, text, this.parts.finding, signal);
  }

  /**
   * Asks whether to search the registry. The question is asked once: the setting stores the answer, and
   * removing it resets the answer.
   */
  async #offerSearch(): Promise<void> {
    const { t } = vscode.l10n;
    const yes = t('Search');
    const detail = t(
      'When you pause while typing a name, the name is sent to {0}, which also sees your IP address. Nothing else is sent: no account, no sign-in, and no address that you type. Anyone can publish a server there with any description.\n\nThe setting mcpOAuthBroker.registry keeps your choice. Clear it to turn off the search.',
      officialRegistry,
    );
    const answer = await this.notifications.modal(t('Search the MCP registry?'), detail, yes);
    if (answer === yes) await this.parts.registry.use(officialRegistry);
  }
}

/**
 * Returns what Enter chooses. The editor can accept a text before the rows for it are shown, and rows for an
 * earlier text must not be chosen, so the rows are created again for the current text. If none of them was
 * selected, a typed address is chosen or a search is offered, but never a registry's match, because the user
 * may not have seen it.
 */
function accepted(
  chosen: AddressRow | undefined,
  rows: readonly AddressRow[],
  isSearching: boolean,
): AddressRow['leadsTo'] {
  const seen = chosen && rows.find((row) => looks(row) === looks(chosen));
  return (seen ?? (isSearching ? undefined : rows[0]))?.leadsTo;
}

function looks({ label, description, detail }: AddressRow): string {
  return JSON.stringify([label, description, detail]);
}

/** A server that may be added: its address, and other known facts. */
export interface Candidate extends ServerEndpoint {
  /** The initial text of the box for the name. */
  readonly name?: string;
}

interface AddressRow extends vscode.QuickPickItem {
  /** The result of choosing the row; absent for rows that only inform. */
  readonly leadsTo?: Candidate | 'offerSearch';
}

interface AddressRowParts {
  readonly settings: EditorServerSettings;
  readonly registry: RegistryAddress;
  readonly search: SearchState<RegistryMatches>;
}

/** Shorter names match almost every server. */
const shortestName = 2;
const longestName = 100;

/** Returns the text to search for, if the user typed a name: addresses are not sent to a registry. */
function searchText(typed: string): string | undefined {
  const text = typed.trim();
  const isName = text.length >= shortestName && text.length <= longestName && !isAddressLike(text);
  return isName ? text : undefined;
}

/**
 * Returns the rows below the box of “Add Server…” for the current text. Each row is shown whatever the text
 * is.
 */
function addressRows(typed: string, parts: AddressRowParts): readonly AddressRow[] {
  return rowsFor(typed.trim(), parts).map((row) => ({ ...row, alwaysShow: true }));
}

function rowsFor(text: string, parts: AddressRowParts): readonly AddressRow[] {
  const { t } = vscode.l10n;
  if (text === '') return [];
  const parsed = parseServerUrl(text);
  if ('url' in parsed) return [addressRow(parsed.url, parts)];
  const notAddress = { label: `$(info) ${plain(parsed.problem)}` };
  if (isAddressLike(text)) return [notAddress];
  switch (parts.registry.kind) {
    case 'unset':
      return [
        {
          label: `$(search) ${t('Search the MCP registry for “{0}”…', plain(text))}`,
          description: new URL(officialRegistry).host,
          // The detail contains the typed text, because the editor sorts rows by the position at which they
          // contain it.
          detail: t(
            '“{0}” is not a URL. To use an address instead, type all of it: https://mcp.example.com/mcp.',
            plain(text),
          ),
          leadsTo: 'offerSearch',
        },
      ];
    case 'unusable':
      return [{ label: `$(warning) ${plain(parts.registry.problem)}`, detail: plain(parsed.problem) }];
    case 'set':
      return searchText(text) === undefined
        ? [notAddress]
        : foundRows(text, new URL(parts.registry.url).host, parts);
  }
}

function addressRow(url: string, { settings }: AddressRowParts): AddressRow {
  const { t } = vscode.l10n;
  const same = settings.withUrl(url);
  return same === undefined
    ? { label: `$(arrow-right) ${t('Use this address')}`, detail: plainWhole(url), leadsTo: { url } }
    : { label: `$(info) ${t('This address is already configured as “{0}”.', plain(same.name))}` };
}

function foundRows(text: string, host: string, { search, settings }: AddressRowParts): readonly AddressRow[] {
  const { t } = vscode.l10n;
  const isCurrent = search.kind !== 'idle' && search.text === text;
  if (!isCurrent || search.kind === 'searching') {
    return [{ label: `$(search) ${t('Searching {0} for “{1}”…', host, plain(text))}` }];
  }
  if (search.kind === 'failed') {
    const { error } = search;
    const why = error instanceof OAuthFlowError ? error.message : t('It failed unexpectedly.');
    const detail = t('You can still type the address of a server.');
    return [{ label: `$(warning) ${plain(t('The registry can’t be searched: {0}', why))}`, detail }];
  }
  const { servers, isMore } = search.found;
  if (servers.length === 0) {
    const none = t('{0} has no server named “{1}” with an address.', host, plain(text));
    const detail = t('Servers that run from a package on your machine can’t be added here.');
    return [{ label: `$(info) ${none}`, detail }];
  }
  const more = { label: `$(info) ${t('There are more results. Type more of the name.')}` };
  return [...servers.map((server) => serverRow(server, settings)), ...(isMore ? [more] : [])];
}

function serverRow(
  { name, title, description = '', isDeprecated, remote }: RegistryServer,
  settings: AddressRowParts['settings'],
): AddressRow {
  const { t } = vscode.l10n;
  const label = plain(title ?? name);
  const beside = [...(title === undefined ? [] : [plain(name)]), ...(isDeprecated ? [t('deprecated')] : [])];
  if (remote.kind === 'unsupported') {
    const said = [t('Not supported'), plain(remote.address), ...beside].join(' · ');
    return { label: `$(circle-slash) ${label}`, description: said, detail: plain(remote.reason) };
  }
  const same = settings.withUrl(remote.url);
  const shared = { description: [plainWhole(remote.url), ...beside].join(' · '), detail: plain(description) };
  if (same !== undefined) {
    const known = t('Already configured as “{0}”.', plain(same.name));
    return { ...shared, label: `$(check) ${label}`, detail: known };
  }
  const { url, type } = remote;
  const proposed = proposedName(title, name);
  const candidate = defined({
    url,
    type,
    name: serverNameFault(proposed) === undefined ? proposed : undefined,
  });
  return { ...shared, label: `$(plug) ${label}`, leadsTo: candidate };
}

/** Returns the publisher's title, or else the part of the name that follows the publisher's namespace. */
function proposedName(title: string | undefined, name: string): string {
  return plain(title ?? name.slice(name.lastIndexOf('/') + 1)).slice(0, 60);
}

/** Checks whether the text starts with a scheme, as an address does. */
function isAddressLike(text: string): boolean {
  return /^[a-z][a-z\d+.-]*:/i.test(text);
}

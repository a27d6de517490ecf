import * as vscode from 'vscode';
import type { FindingParts } from '../broker/discovery/findings.js';
import { officialRegistry } from '../broker/registry/registryAddress.js';
import { searchRegistry, type RegistryMatches } from '../broker/registry/registrySearch.js';
import { SearchAsTyped } from '../broker/registry/searchAsTyped.js';
import { addressRows, searchText, type AddressRow, type Candidate } from './addressRows.js';
import type { Notifications } from './notifications.js';
import type { RegistrySetting } from './registrySetting.js';
import type { EditorServerSettings } from './serverSettings.js';

export type AddressPickWindow = Pick<typeof vscode.window, 'createQuickPick'>;

export interface AddressPickParts {
  readonly settings: Pick<EditorServerSettings, 'withUrl'>;
  readonly registry: Pick<RegistrySetting, 'address' | 'use' | 'onDidChange'>;
  readonly finding: Pick<FindingParts, 'http' | 'clock'>;
}

/** What was chosen, and what was in the box then. */
interface Chosen<LeadsTo> {
  readonly leadsTo: LeadsTo;
  readonly typed: string;
}

/** The box that takes a server's address, or a name to search an MCP registry for once the user has agreed to that. */
export class AddressPick {
  constructor(
    private readonly parts: AddressPickParts,
    private readonly notifications: Notifications,
    private readonly window: AddressPickWindow,
  ) {}

  /** @returns undefined if the user closed it */
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
      // What another registry has is no result of this one.
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

  /** Asked once: the setting keeps the answer, and removing it takes the answer back. */
  async #offerSearch(): Promise<void> {
    const { t } = vscode.l10n;
    const yes = t('Search');
    const detail = t(
      'When you pause while typing a name, the name is sent to {0}, which also sees your IP address. Nothing else is sent: no account, no sign-in, and no address that you type. Anyone can publish a server there and describe it as they like.\n\nThe setting mcpOAuthBroker.registry keeps your choice. Clear it to switch the search off.',
      officialRegistry,
    );
    const answer = await this.notifications.modal(t('Search the MCP registry?'), detail, yes);
    if (answer === yes) await this.parts.registry.use(officialRegistry);
  }
}

/**
 * What Enter chooses. The editor can accept a text before the rows for it are there, and rows for an earlier text must not
 * be chosen: the rows are made again for the text as it is. Without a row of these, a typed address counts and a search
 * is offered, but no match of a registry is taken that the user may not have seen.
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

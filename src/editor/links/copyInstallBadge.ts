import { defined } from '../../base/defined.js';
import * as vscode from 'vscode';
import { parseAddLink, type AddLink } from '../../broker/links/addLink.js';
import { installBadge, type InstallBadge } from '../../broker/links/installBadge.js';
import { linkProblemText } from '../../broker/links/linkParameters.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import {
  copyToClipboard,
  Notifications,
  plain,
  type NotificationWindow,
  type ChoiceWindow,
} from '../adapters/notifications.js';
import { serverNameIn } from '../commands/configuredServerChoice.js';
import type { EditorServerSettings } from '../settings/serverSettings.js';

export interface InstallBadgeParts {
  readonly settings: EditorServerSettings;
  readonly extensionId: string;
  readonly window?: Partial<NotificationWindow> & ChoiceWindow;
  readonly copy?: typeof copyToClipboard;
}

/**
 * Runs “Copy Install Badge…”: copies a badge for the author of a server, which opens “Add Server…” with its
 * address.
 */
export async function copyInstallBadge(row: unknown, parts: InstallBadgeParts): Promise<void> {
  const notifications = new Notifications(parts.window);
  const window = parts.window ?? vscode.window;
  const link = namedServer(row, parts) ?? (await chosenServer(parts, window, notifications));
  if (link === undefined) return;
  const made = installBadge(link, parts.extensionId);
  if ('problem' in made) {
    void notifications.warning(
      vscode.l10n.t('A badge can’t link to this server. {0}', linkProblemText(made.problem)),
    );
    return;
  }
  const text = await chosenForm(made.badge, link, window);
  if (text !== undefined) await (parts.copy ?? copyToClipboard)(text, vscode.l10n.t('The badge'));
}

function namedServer(row: unknown, { settings }: InstallBadgeParts): AddLink | undefined {
  const name = serverNameIn(row);
  const server = name === undefined ? undefined : settings.find(name);
  return server && linkTo(server);
}

async function chosenServer(
  { settings }: InstallBadgeParts,
  window: ChoiceWindow,
  notifications: Notifications,
): Promise<AddLink | undefined> {
  const { t } = vscode.l10n;
  interface Item extends vscode.QuickPickItem {
    readonly link?: AddLink;
  }
  const servers = settings.servers.map((server): Item => ({
    label: `$(server) ${plain(server.name)}`,
    description: plain(server.url),
    link: linkTo(server),
  }));
  if (servers.length === 0) return askLink(notifications);
  const other: Item = { label: `$(edit) ${t('Another address…')}` };
  const placeHolder = t('Copy the badge of which MCP server?');
  const picked = await window.showQuickPick([...servers, other], { placeHolder, matchOnDescription: true });
  return picked === other ? askLink(notifications) : picked?.link;
}

async function askLink(notifications: Notifications): Promise<AddLink | undefined> {
  const { t } = vscode.l10n;
  const read = (name: 'url' | 'name', text: string) =>
    parseAddLink(
      name === 'url'
        ? `url=${encodeURIComponent(text)}`
        : `url=https%3A%2F%2Fa.example&name=${encodeURIComponent(text)}`,
    );
  const faultIn = (name: 'url' | 'name') => (text: string) => {
    const parsed = text.trim() === '' ? undefined : read(name, text.trim());
    return parsed !== undefined && 'problem' in parsed ? parsed.problem.message : undefined;
  };
  const address = await notifications.input({
    title: t('Copy install badge'),
    prompt: t('The public address of the MCP server, such as https://mcp.example.com/mcp'),
    ignoreFocusOut: true,
    validateInput: faultIn('url'),
  });
  if (address === undefined || address.trim() === '') return undefined;
  const name = await notifications.input({
    title: t('Copy install badge'),
    prompt: t('The name that the link suggests, or empty for none'),
    ignoreFocusOut: true,
    validateInput: faultIn('name'),
  });
  if (name === undefined) return undefined;
  const parsed = read('url', address.trim());
  if ('problem' in parsed) return undefined;
  return { ...parsed.link, ...(name.trim() !== '' && { name: name.trim() }) };
}

async function chosenForm(
  badge: InstallBadge,
  link: AddLink,
  window: ChoiceWindow,
): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const forms = [
    { label: `$(markdown) ${t('Markdown')}`, description: t('for VS Code'), text: badge.markdown },
    {
      label: `$(markdown) ${t('Markdown, two badges')}`,
      description: t('for VS Code and VS Code Insiders'),
      text: badge.markdownForBoth,
    },
    { label: `$(code) ${t('HTML')}`, description: t('for VS Code'), text: badge.html },
    { label: `$(link) ${t('Link only')}`, description: t('for VS Code'), text: badge.link },
  ];
  const placeHolder = t(
    'The link suggests the name {0}. Copy it as…',
    [link.name === undefined ? '' : `“${plain(link.name)}”`, plain(link.url)].join(' ').trim(),
  );
  return (await window.showQuickPick(forms, { placeHolder }))?.text;
}

function linkTo({ url, name, type }: ServerConfig): AddLink {
  return defined({ url, name, type });
}

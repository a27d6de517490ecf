import * as vscode from 'vscode';
import type { FoundServer } from '../../broker/imports/foundServers.js';
import type { FileProblem, NotTakenBack } from '../../broker/imports/imports.js';
import type { OtherFileFault } from '../../broker/imports/otherFiles.js';
import { addressOf, shownAddress } from '../../base/displayText.js';
import { plainWhole } from '../adapters/notifications.js';
import { SettingUnwritable } from '../settings/writeSetting.js';
import type { ManyItem } from './pickMany.js';

/** A server in the list of servers that can be imported. */
export interface ServerRow extends ManyItem {
  readonly found?: FoundServer;
}

/**
 * Returns the servers that can be imported first, selected; the others show the reason why they cannot be
 * imported.
 *
 * @param nameOf returns the name that a server gets here, if it is already known
 */
export function serverRows(
  servers: readonly FoundServer[],
  nameOf: (found: FoundServer) => string = ({ name }) => name,
): readonly ServerRow[] {
  const { t } = vscode.l10n;
  const isFree = ({ problem, configuredAs }: FoundServer) =>
    problem === undefined && configuredAs === undefined;
  const free = servers.filter(isFree);
  const known = servers.filter(({ configuredAs }) => configuredAs !== undefined);
  const bad = servers.filter((server) => !isFree(server) && server.configuredAs === undefined);
  return [
    ...free.map((found) => ({
      found,
      label: plainWhole(found.name),
      description: plainWhole(found.url),
      detail: plainWhole([sources(found), ...renamed(found, nameOf(found)), ...notes(found)].join(' ')),
      picked: !found.isDisabled,
    })),
    ...section(t('Already configured'), known, (found) =>
      [t('Configured as “{0}”.', found.configuredAs ?? ''), sources(found)].join(' '),
    ),
    ...section(t('Can’t be imported'), bad, (found) => [found.problem ?? '', sources(found)].join(' ')),
  ];
}

function section(
  title: string,
  servers: readonly FoundServer[],
  detail: (found: FoundServer) => string,
): readonly ServerRow[] {
  if (servers.length === 0) return [];
  return [
    { label: title, kind: vscode.QuickPickItemKind.Separator },
    ...servers.map((found) => ({
      label: `$(circle-slash) ${plainWhole(found.name)}`,
      description: plainWhole(withoutSecrets(found)),
      detail: plainWhole(detail(found)),
      isFixed: true,
    })),
  ];
}

/**
 * Returns the address without secrets: an address that cannot be imported may contain a password or a key.
 */
function withoutSecrets({ url, problem }: FoundServer): string {
  return problem === undefined || addressOf(url) === undefined ? url : shownAddress(url);
}

/** Returns the files that contain the server, each once. */
function sources({ entries }: FoundServer): string {
  const files = entries.map(({ file, folder }) =>
    folder === undefined ? file.label : vscode.l10n.t('{0} for {1}', file.label, folder),
  );
  return vscode.l10n.t('From {0}.', [...new Set(files)].join(', '));
}

function renamed(found: FoundServer, name: string): readonly string[] {
  return name === found.name
    ? []
    : [vscode.l10n.t('It is added as “{0}”, as “{1}” is taken.', name, found.name)];
}

function notes(found: FoundServer): readonly string[] {
  const { t } = vscode.l10n;
  const { leftOut, entry, clientSecret, isDisabled } = found;
  const headers = Object.keys(entry.headers ?? {});
  return [
    ...(isDisabled ? [t('Turned off there.')] : []),
    ...(headers.length > 0 ? [t('With the headers {0}.', headers.join(', '))] : []),
    ...(entry.oauth?.clientId !== undefined ? [t('With its client ID.')] : []),
    ...(clientSecret !== undefined ? [t('Its client secret is moved to secret storage.')] : []),
    ...(leftOut.length > 0 ? [t('Left out: {0}. You sign in instead.', leftOut.join(', '))] : []),
  ];
}

/** Returns why a file could not be read or changed, as a sentence. */
export function problemText({ label, reason, backup }: FileProblem): string {
  const { t } = vscode.l10n;
  const why = typeof reason === 'string' ? reason : faultText(reason);
  const kept = backup === undefined ? '' : ` ${t('The backup is {0}.', placeText(backup))}`;
  return `${t('{0} wasn’t changed: {1}', label, why)}${kept}`;
}

/** Describes what the user must do about files whose entries could not be restored. */
export function notTakenBackText({ problems, cause }: NotTakenBack): string {
  const { t } = vscode.l10n;
  return [
    t('Nothing was imported.'),
    ...(cause instanceof SettingUnwritable ? [cause.message] : []),
    ...problems.map(({ label, backup }) =>
      t(
        '{0} lacks the entries that were moved. Run “MCP OAuth: Undo Import or Export”, or take them from {1}.',
        label,
        backup === undefined ? label : placeText(backup),
      ),
    ),
  ].join(' ');
}

export function faultText({ reason, code }: OtherFileFault): string {
  const { t } = vscode.l10n;
  switch (reason) {
    case 'tooLarge':
      return t('It is too large.');
    case 'notText':
      return t('It isn’t UTF-8 text.');
    case 'changed':
      return t('It has changed in the meantime. Try again.');
    case 'unreadable':
      return t('It can’t be read ({0}).', code);
    case 'unwritable':
      return t('It can’t be written ({0}).', code);
  }
}

/** Returns a file's path as the user writes it, or its URI if it is not on this machine. */
export function placeText(uri: string): string {
  const place = vscode.Uri.parse(uri);
  return place.scheme === 'file' ? place.fsPath : place.toString(true);
}

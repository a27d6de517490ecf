import * as vscode from 'vscode';
import type { Clock } from '../../base/clock.js';
import { addressOf } from '../../base/displayText.js';
import type { EditorPlace } from './editorPlace.js';

/** How long the editor may take to forward a port before a card is shown without, in milliseconds. */
const forwardingPatience = 2_000;

/** A loopback address of this process as the user's browser reaches it. */
export interface OutsideAddress {
  readonly address: string;
  /** Why the browser may not reach it, as a sentence. */
  readonly obstacle?: string;
}

/** What the editor is asked, and where it runs. */
export interface OutsideEditor {
  readonly place: EditorPlace;
  /** Such as `ssh-remote`; undefined in a window without a remote. */
  readonly remoteName: string | undefined;
  asExternalUri(address: vscode.Uri): Thenable<vscode.Uri>;
}

/**
 * The addresses of launch pages, as the user's browser reaches them. `env.asExternalUri` forwards the port of a remote
 * machine, which the button of a chat card does not, and the editor opens what it has resolved itself without asking
 * whether its domain is to be trusted (VS Code, `src/vs/editor/browser/services/openerService.ts`, `_resolvedUriTargets`).
 */
export class OutsideAddresses {
  constructor(
    private readonly clock: Clock,
    private readonly editor: OutsideEditor,
  ) {}

  /** Never rejects. */
  async of(address: string): Promise<OutsideAddress> {
    // In a remote window the editor would forward the same port of the remote machine, whoever listens there: it does
    // so for extensions on the user's machine too (`src/vs/workbench/api/common/extHost.api.impl.ts`, `asExternalUri`).
    if (this.editor.place.isUsersMachine) return { address };
    const resolved = await this.#resolve(address);
    if (resolved !== undefined && new URL(resolved).host !== new URL(address).host)
      return { address: resolved };
    return { address, obstacle: obstacleTo(address, this.editor) };
  }

  /** @returns undefined if the editor fails or takes too long: the sleeping half of a remote window never answers */
  async #resolve(address: string): Promise<string | undefined> {
    const late = Promise.withResolvers<undefined>();
    const timer = this.clock.after(forwardingPatience, () => late.resolve(undefined));
    try {
      const resolved = await Promise.race([
        this.editor.asExternalUri(vscode.Uri.parse(address, true)),
        late.promise,
      ]);
      return withPathOf(address, addressOf(resolved?.toString(true)));
    } catch {
      return undefined;
    } finally {
      timer.dispose();
    }
  }
}

/** Some editors resolve an address to the tunnel alone (VS Code, `src/vs/workbench/electron-browser/window.ts`). */
function withPathOf(address: string, resolved: URL | undefined): string | undefined {
  if (resolved === undefined) return undefined;
  const { pathname } = new URL(address);
  if (!resolved.pathname.endsWith(pathname))
    resolved.pathname = resolved.pathname.replace(/\/$/, '') + pathname;
  return resolved.href;
}

/** The editor hands a loopback address back where it forwards nothing, and where it forwards to the same port. */
function obstacleTo(address: string, { place, remoteName }: OutsideEditor): string {
  const { t } = vscode.l10n;
  const { port } = new URL(address);
  if (!place.isDesktop) {
    return t(
      'This web editor doesn’t forward port {0}, so the page opens only in a browser on the editor’s machine.',
      port,
    );
  }
  return t(
    'The page is on port {0} of {1} and opens only if the editor forwards that port. Check the Ports view.',
    port,
    machineCalled(remoteName),
  );
}

function machineCalled(remoteName: string | undefined): string {
  const { t } = vscode.l10n;
  switch (remoteName) {
    case 'ssh-remote':
      return t('the SSH host');
    case 'wsl':
      return t('WSL');
    case 'dev-container':
    case 'attached-container':
    case 'k8s-container':
      return t('the container');
    case 'codespaces':
      return t('the codespace');
    case 'tunnel':
      return t('the tunnel’s machine');
    default:
      return t('the remote machine');
  }
}

/** @param place where the extension runs */
export function outsideAddresses(place: EditorPlace, clock: Clock): OutsideAddresses {
  const { remoteName } = vscode.env;
  return new OutsideAddresses(clock, {
    place,
    remoteName,
    asExternalUri: (address) => vscode.env.asExternalUri(address),
  });
}

import * as vscode from 'vscode';
import type { Clock } from '../../base/clock.js';
import { addressOf } from '../../base/displayText.js';
import type { EditorPlace } from './editorPlace.js';

/**
 * How long the editor may take to forward a port before a card is shown with the local address, in
 * milliseconds.
 */
const forwardingPatience = 2_000;

/** A loopback address of this process, in the form that the user's browser can reach. */
export interface OutsideAddress {
  readonly address: string;
  /** Why the browser may not reach the address, as a sentence. */
  readonly obstacle?: string;
}

/** The editor's address resolution, and where the editor runs. */
export interface OutsideEditor {
  readonly place: EditorPlace;
  /** The kind of remote, such as `ssh-remote`; undefined in a local window. */
  readonly remoteName: string | undefined;
  asExternalUri(address: vscode.Uri): Thenable<vscode.Uri>;
}

/**
 * The addresses of launch pages, in the form that the user's browser can reach. `env.asExternalUri` forwards
 * the port of a remote machine, which the button of a chat card does not do. The editor opens addresses that
 * it has resolved itself without asking whether their domain is trusted (VS Code,
 * `src/vs/editor/browser/services/openerService.ts`, `_resolvedUriTargets`).
 */
export class OutsideAddresses {
  constructor(
    private readonly clock: Clock,
    private readonly editor: OutsideEditor,
  ) {}

  /** Returns the address; the promise never rejects. */
  async of(address: string): Promise<OutsideAddress> {
    // In a remote window, the editor would forward the remote machine's port of the same number, whatever
    // listens there, even for extensions on the user's machine
    // (`src/vs/workbench/api/common/extHost.api.impl.ts`, `asExternalUri`).
    if (this.editor.place.isUsersMachine) return { address };
    const resolved = await this.#resolve(address);
    if (resolved !== undefined && new URL(resolved).host !== new URL(address).host)
      return { address: resolved };
    return { address, obstacle: obstacleTo(address, this.editor) };
  }

  /** @returns undefined if the editor fails or takes too long: a suspended remote window never responds */
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

/**
 * Some editors resolve an address to the tunnel without the path (VS Code,
 * `src/vs/workbench/electron-browser/window.ts`).
 */
function withPathOf(address: string, resolved: URL | undefined): string | undefined {
  if (resolved === undefined) return undefined;
  const { pathname } = new URL(address);
  if (!resolved.pathname.endsWith(pathname))
    resolved.pathname = resolved.pathname.replace(/\/$/, '') + pathname;
  return resolved.href;
}

/** The editor returns a loopback address both if it forwards nothing and if it forwards to the same port. */
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

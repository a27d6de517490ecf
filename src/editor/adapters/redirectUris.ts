import * as vscode from 'vscode';
import { usualLoopbackPort } from '../../broker/settings/signInPolicy.js';
import type { HandlerFault, RedirectReach, RedirectUri, RedirectUris } from '../../broker/ports.js';
import { addressOf } from '../../base/displayText.js';
import type { EditorPlace } from './editorPlace.js';
import { installationOf } from './installation.js';

const loopbackHost = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** The editor's own addresses. */
interface OwnAddresses {
  readonly uriScheme: typeof vscode.env.uriScheme;
  readonly asExternalUri: typeof vscode.env.asExternalUri;
}

/**
 * The redirect URIs to which an authorization server can send the browser. On a desktop, the handler's URI is
 * always the same, in remote windows too; in a browser, the editor creates one that works once.
 */
export class EditorRedirectUris implements RedirectUris {
  #windowId: string | undefined;
  #isServedHere: boolean | undefined;

  /**
   * @param handlerFault returns why the system does not open this desktop editor's URIs with this editor
   * @param listener listens on the machine that the extension runs on
   */
  constructor(
    private readonly context: {
      readonly extension: vscode.Extension<unknown>;
      readonly globalStorageUri: vscode.Uri;
    },
    private readonly place: EditorPlace,
    private readonly handlerFault: (
      installation: ReturnType<typeof installationOf>,
    ) => Promise<HandlerFault | undefined>,
    private readonly listener: { loopbackRedirect(path: string, port?: number): Promise<RedirectUri> },
    private readonly editor: OwnAddresses = vscode.env,
  ) {}

  async reach(): Promise<RedirectReach> {
    const { isDesktop, isUsersMachine } = this.place;
    const isHere = isDesktop ? isUsersMachine : await this.#servedHere();
    return {
      handler: isDesktop ? ((await this.#fault()) ?? 'fixed') : 'changing',
      loopback: isHere ? 'thisMachine' : 'anotherMachine',
      usualPort: usualLoopbackPort,
    };
  }

  async uriHandler(path: string): Promise<RedirectUri> {
    const own = this.#own(path);
    const redirect = { kind: 'uriHandler', path, dispose: () => undefined } as const;
    // Without `true`, the editor's own query would be encoded a second time.
    if (!this.place.isDesktop)
      return { ...redirect, uri: (await this.editor.asExternalUri(own)).toString(true) };
    const windowId = await this.#ownWindowId();
    return {
      ...redirect,
      uri: own.toString(true),
      ...(windowId !== undefined && { stateSuffix: `.windowId=${windowId}` }),
    };
  }

  loopback(path: string, port?: number): Promise<RedirectUri> {
    return this.listener.loopbackRedirect(path, port);
  }

  #fault(): Promise<HandlerFault | undefined> {
    return this.handlerFault(installationOf(this.context, this.place));
  }

  #own(path: string): vscode.Uri {
    return vscode.Uri.parse(`${this.editor.uriScheme}://${this.context.extension.id}${path}`, true);
  }

  /**
   * Returns the ID of this window; undefined if it cannot be determined, in which case windows pass callbacks
   * to each other. The desktop's main process delivers a URI to the window whose ID follows `windowId=`
   * anywhere in the decoded query (`URLHandlerRouter` in `src/vs/platform/url/common/urlIpc.ts`), or else to
   * the window that was active last. `asExternalUri` is the only way to get the ID, but its own result would
   * be a different redirect URI in every window.
   */
  async #ownWindowId(): Promise<string | undefined> {
    if (this.#windowId === undefined) {
      const external = await this.#external();
      this.#windowId = /\bwindowId=(\d+)/.exec(external?.query ?? '')?.[1];
    }
    return this.#windowId;
  }

  /** Checks, for an editor in a browser, whether the browser reached it at an address of the same machine. */
  async #servedHere(): Promise<boolean> {
    if (this.#isServedHere === undefined) {
      const address = addressOf((await this.#external())?.toString(true));
      if (address === undefined) return false;
      this.#isServedHere = loopbackHost.test(address.hostname);
    }
    return this.#isServedHere;
  }

  /** Returns undefined if the editor provides no URI; the next sign-in requests it again. */
  async #external(): Promise<vscode.Uri | undefined> {
    try {
      return await this.editor.asExternalUri(this.#own('/'));
    } catch {
      return undefined;
    }
  }
}

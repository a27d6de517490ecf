import * as vscode from 'vscode';
import { usualLoopbackPort } from '../../broker/settings/signInPolicy.js';
import type { HandlerFault, RedirectReach, RedirectUri, RedirectUris } from '../../broker/ports.js';
import { addressOf } from '../../base/displayText.js';
import type { EditorPlace } from './editorPlace.js';
import { installationOf } from './installation.js';

const loopbackHost = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** What an editor says of its own addresses. */
interface OwnAddresses {
  readonly uriScheme: typeof vscode.env.uriScheme;
  readonly asExternalUri: typeof vscode.env.asExternalUri;
}

/**
 * The addresses an authorization server may send the browser back to. On a desktop the handler's address is always
 * the same, in remote windows too; in a browser the editor makes one that works once.
 */
export class EditorRedirectUris implements RedirectUris {
  #windowId: string | undefined;
  #isServedHere: boolean | undefined;

  /**
   * @param handlerFault says why the system does not open this desktop editor's addresses with it
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
    // Without `true` the editor's own query would come out encoded a second time.
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
   * The desktop's main process gives an address to the window whose id stands after `windowId=` anywhere in the
   * decoded query (`URLHandlerRouter` in `src/vs/platform/url/common/urlIpc.ts`), and to the last active one if
   * there is none. `asExternalUri` is the only way to learn the id; its own address would be another redirect URI
   * in every window. Undefined if it cannot be learnt: windows hand callbacks to each other then.
   */
  async #ownWindowId(): Promise<string | undefined> {
    if (this.#windowId === undefined) {
      const external = await this.#external();
      this.#windowId = /\bwindowId=(\d+)/.exec(external?.query ?? '')?.[1];
    }
    return this.#windowId;
  }

  /** In a browser: whether it reached the editor at an address of its own machine. */
  async #servedHere(): Promise<boolean> {
    if (this.#isServedHere === undefined) {
      const address = addressOf((await this.#external())?.toString(true));
      if (address === undefined) return false;
      this.#isServedHere = loopbackHost.test(address.hostname);
    }
    return this.#isServedHere;
  }

  /** Undefined if the editor gives none, which is asked again at the next sign-in. */
  async #external(): Promise<vscode.Uri | undefined> {
    try {
      return await this.editor.asExternalUri(this.#own('/'));
    } catch {
      return undefined;
    }
  }
}

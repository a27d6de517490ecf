import assert from 'node:assert/strict';
import type { ConsentStatusName } from '../../src/broker/status/consentStatus.js';
import type { Workbench } from '../host/workbench.js';

/** The text of one surface, visible and for a screen reader. */
interface Said {
  readonly text: string;
  readonly label: string;
}

export interface Shown {
  readonly tree: Said;
  readonly statusBar: Said;
}

/** A change of a surface's text. */
interface Change extends Said {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly surface: keyof Shown;
}

/** The text of each status. */
const wordOf: Readonly<Record<ConsentStatusName, string>> = {
  unknown: 'Not checked yet',
  open: 'No sign-in needed',
  signedOut: 'Signed out',
  awaitingConsent: 'Waiting for you',
  ready: 'Ready',
  needsScopes: 'Needs more access',
  expired: 'Sign-in ended',
  denied: 'Denied',
  unreachable: 'Unreachable',
  misconfigured: 'Misconfigured',
};

/** With these statuses no action is needed, and the status bar has no count. */
const quiet: ReadonlySet<ConsentStatusName> = new Set(['unknown', 'open', 'signedOut', 'ready']);

/** The expected texts for one server. */
export interface Expected {
  readonly status: ConsentStatusName;
  readonly account?: string;
  /** Additional text of the row for a screen reader. */
  readonly because?: RegExp;
}

/** Limit for an event that is either fast or absent, in milliseconds. */
const patience = 45_000;
/** Limit for a surface to change after an observation, in milliseconds. */
const promptness = 1_000;

/**
 * The row of a server in the tree and the entry of the status bar in one window, with the time of each
 * change. A script in the page records each change as soon as it is shown.
 */
export class WatchedSurfaces {
  private constructor(
    private readonly window: Workbench,
    private readonly server: string,
  ) {}

  /**
   * Requires that the tree is shown.
   *
   * @param server the single configured server
   */
  static async in(window: Workbench, server: string): Promise<WatchedSurfaces> {
    await window.page.evaluate(watchSurfaces, server);
    return new WatchedSurfaces(window, server);
  }

  /**
   * Waits until both surfaces show the expected texts, and checks their delay after `revealed`.
   *
   * @returns the longer delay of the two, in milliseconds
   */
  async say(expected: Expected, revealed?: number): Promise<number> {
    const late = { tree: 0, statusBar: 0 };
    for (const surface of ['tree', 'statusBar'] as const) {
      const at = await this.#firstSaying(surface, expected, revealed);
      if (revealed !== undefined) late[surface] = at - revealed;
      const said = `the ${surface} says “${expected.status}” ${late[surface]} ms late`;
      assert.ok(late[surface] <= promptness, said);
    }
    return Math.max(late.tree, late.statusBar);
  }

  /** Returns the time of the user's last click in this window, in milliseconds since the epoch. */
  async pressedAt(): Promise<number> {
    const at = await this.window.page.evaluate(
      () => (window as unknown as { readonly pressedAt?: number }).pressedAt,
    );
    assert.ok(at !== undefined, 'nothing was pressed');
    return at;
  }

  /**
   * Waits until the surface shows the text.
   *
   * @returns the time since when it has shown it without interruption
   */
  async #firstSaying(surface: keyof Shown, expected: Expected, since = 0): Promise<number> {
    for (const deadline = Date.now() + patience; ;) {
      const changes = (await this.#changes()).filter((change) => change.surface === surface);
      const wrong = changes.findLastIndex((change) => !this.#isRight(change, expected));
      const right = changes[wrong + 1];
      if (right !== undefined) return Math.max(right.at, since);
      if (Date.now() > deadline) {
        const said = JSON.stringify(changes.at(-1));
        throw new Error(`the ${surface} does not say ${JSON.stringify(expected)}, but ${said}`);
      }
      await this.window.page.waitForTimeout(50);
    }
  }

  #isRight({ surface, text, label }: Change, expected: Expected): boolean {
    const { status, account, because } = expected;
    const word = wordOf[status];
    if (surface === 'tree') {
      const beside = status === 'ready' ? account : account === undefined ? word : `${word} – ${account}`;
      const who = account === undefined ? '' : `; account ${account}`;
      return (
        text === `${this.server} ${beside ?? word}` &&
        label.startsWith(`${this.server}: ${word}${who}`) &&
        (because === undefined || because.test(label))
      );
    }
    if (!quiet.has(status)) {
      const acting = status === 'expired' ? undefined : account;
      const who = acting === undefined ? '' : `calls act as ${acting}; `;
      return (
        text === (acting === undefined ? '1' : `${acting} 1`) &&
        label === `MCP OAuth: ${who}1 server needs attention: ${this.server}: ${word}`
      );
    }
    return account === undefined
      ? text === '' && label === 'MCP OAuth: no account is signed in'
      : text === account && label === `MCP OAuth: no action needed; calls act as ${account}`;
  }

  #changes(): Promise<readonly Change[]> {
    return this.window.page.evaluate(
      () => (window as unknown as { readonly surfaceChanges: readonly Change[] }).surfaceChanges,
    );
  }
}

/** Runs in the page. */
function watchSurfaces(server: string): void {
  interface Seen {
    readonly surface: 'tree' | 'statusBar';
    readonly text: string;
    readonly label: string;
  }
  const words = (element: Element | null | undefined) =>
    (element?.textContent ?? '').replace(/\s+/g, ' ').trim();
  const read = (): readonly Seen[] => {
    const rows = [...document.querySelectorAll('.sidebar .pane-body .monaco-list-row')];
    const row = rows.find((one) => words(one.querySelector('.label-name')) === server);
    const item = document.querySelector('[id="mcp-oauth-broker.mcp-oauth-broker.servers"]');
    const parts = ['.label-name', '.label-description'].map((part) => words(row?.querySelector(part)));
    const spoken = item?.querySelector('[aria-label]');
    return [
      { surface: 'tree', text: parts.join(' ').trim(), label: row?.getAttribute('aria-label') ?? '' },
      { surface: 'statusBar', text: words(item), label: spoken?.getAttribute('aria-label') ?? '' },
    ];
  };
  const page = window as unknown as {
    surfaceChanges?: (Seen & { readonly at: number })[];
    pressedAt?: number;
    end?: () => void;
  };
  page.end?.();
  const changes: (Seen & { readonly at: number })[] = [];
  page.surfaceChanges = changes;
  const latest = new Map<string, string>();
  const note = () => {
    for (const seen of read()) {
      const text = JSON.stringify(seen);
      if (latest.get(seen.surface) === text) continue;
      latest.set(seen.surface, text);
      changes.push({ at: Date.now(), ...seen });
    }
  };
  const observer = new MutationObserver(note);
  for (const part of document.querySelectorAll('.part.sidebar, .part.statusbar')) {
    observer.observe(part, {
      subtree: true,
      childList: true,
      characterData: true,
      attributeFilter: ['aria-label'],
    });
  }
  const press = () => (page.pressedAt = Date.now());
  window.addEventListener('pointerdown', press, { capture: true });
  page.end = () => {
    observer.disconnect();
    window.removeEventListener('pointerdown', press, { capture: true });
  };
  note();
}

import { BrowserClient, ClientWithoutKeyring, DesktopClient, type ModelClient } from './modelClient.js';
import { ModelServer } from './modelServer.js';
import { ModelTime } from './modelTime.js';
import { ModelMachine, ModelWindow } from './modelWindow.js';

export const placements = [
  'two local windows',
  'local and SSH',
  'two clients on one host',
  'no keyring',
  'two tabs of a browser',
] as const;
export type Placement = (typeof placements)[number];

/** Long enough for every window to hear of what another one did, in milliseconds. */
const NEWS_MS = 1_000;

/** Two windows, and what they have in common. */
export class Situation {
  readonly faults: string[] = [];
  readonly second: ModelWindow;

  private constructor(
    readonly placement: Placement,
    readonly time: ModelTime,
    readonly server: ModelServer,
    readonly first: ModelWindow,
    second: ModelWindow,
    private readonly machines: readonly ModelMachine[],
  ) {
    this.second = second;
  }

  static async start(placement: Placement): Promise<Situation> {
    const time = new ModelTime();
    const server = new ModelServer(() => time.now());
    const client = clientAt(placement, time);
    const other = placement === 'two clients on one host' ? new DesktopClient(time) : client;
    const own = await ModelMachine.start();
    const remote = placement === 'local and SSH' ? await ModelMachine.start(0.5) : own;
    const first = new ModelWindow(client, own, server, time);
    // A window is opened after the other.
    await time.pass(NEWS_MS);
    const second = new ModelWindow(other, remote, server, time);
    await time.pass(NEWS_MS);
    return new Situation(placement, time, server, first, second, [...new Set([own, remote])]);
  }

  /** Whether both windows have the same sign-ins. */
  get sharesSignIns(): boolean {
    return this.placement !== 'two clients on one host' && this.placement !== 'no keyring';
  }

  get sharesMachine(): boolean {
    return this.machines.length === 1;
  }

  /** Whether what a window keeps outlives it. */
  get outlivesReload(): boolean {
    return this.placement !== 'no keyring';
  }

  get windows(): readonly ModelWindow[] {
    return [this.first, this.second];
  }

  do<T>(outcome: Promise<T>): Promise<T> {
    return this.time.until(outcome);
  }

  /** Lets news reach every window. */
  news(): Promise<void> {
    return this.time.pass(NEWS_MS);
  }

  expect(what: string, actual: unknown, expected: unknown): void {
    if (JSON.stringify(actual) !== JSON.stringify(expected))
      this.faults.push(`${what}: ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`);
  }

  async expectCall(window: ModelWindow, expected: string): Promise<void> {
    const name = window === this.first ? 'the first window' : 'the second window';
    this.expect(`a call of ${name}`, await this.do(window.call()), expected);
  }

  /** Alice signs in, in each window if they share nothing. */
  async signedIn(): Promise<void> {
    await this.do(this.first.signIn('alice'));
    if (!this.sharesSignIns) await this.do(this.second.signIn('alice'));
    await this.news();
    for (const window of this.windows) await this.expectCall(window, 'alice');
  }

  /** Goes on to so many seconds after the tokens were issued. */
  async passSeconds(seconds: number): Promise<void> {
    this.time.advance(seconds * 1000);
    await this.time.pass(0);
  }

  /** Every sign-in lives on past the end of its access token, and no refresh token is sent twice. */
  async expectLiving(accounts: readonly (readonly string[])[]): Promise<void> {
    await this.news();
    for (const [index, window] of this.windows.entries())
      this.expect(`accounts of window ${index + 1}`, await this.do(window.accounts()), accounts[index]);
    await this.passSeconds(400);
    for (const [index, window] of this.windows.entries()) {
      const known = accounts[index] ?? [];
      const called = await this.do(window.call());
      const isRight = known.length === 0 ? called === 'consentNeeded' : known.includes(called);
      if (!isRight) this.faults.push(`after its token had expired, window ${index + 1} called as ${called}`);
      await this.news();
    }
    this.expect('refresh tokens sent twice', this.server.reuses, 0);
  }

  async stop(): Promise<void> {
    for (const window of this.windows) {
      window.client.wake();
      window.close();
    }
    await this.time.pass(NEWS_MS);
    for (const machine of this.machines) await machine.stop();
  }
}

function clientAt(placement: Placement, time: ModelTime): ModelClient {
  switch (placement) {
    case 'two tabs of a browser':
      return new BrowserClient();
    case 'no keyring':
      return new ClientWithoutKeyring(time);
    case 'two local windows':
    case 'local and SSH':
    case 'two clients on one host':
      return new DesktopClient(time);
  }
}

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { Disposable } from '../../src/base/clock.js';
import type { HeadlessBroker } from '../../src/headless/headlessBroker.js';
import { systemClock } from '../../src/node/machine.js';
import { WindowAddressFile } from '../../src/node/windows/windowAddressFile.js';
import { startRelayWorld, type Card, type RelayWorld, type RelayWorldOptions } from './relayWorld.js';

export const bridgeScript = path.join(__dirname, '..', '..', 'src', 'headless', 'bridge', 'bridgeCommand.js');

/** A window as the bridge sees it: its file, and the relay behind it. */
export interface SceneWindow extends Disposable {
  readonly broker: HeadlessBroker;
  readonly announcement: WindowAddressFile;
  /** How often the bridge has asked where the relay listens. */
  readonly asked: () => number;
}

/** The relay's world with windows that announce themselves, and the bridge as a process of its own. */
export class SessionScene {
  /** What an agent host's client does with a card; by default the user consents as Alice. */
  onCard = async ({ url }: Card): Promise<'accept' | 'decline' | 'cancel'> => {
    await this.stage.consent(url);
    return 'accept';
  };

  /** What the bridge wrote to the clients after `initialize`, in order. */
  readonly received: JSONRPCMessage[] = [];
  #onMessage: () => void = () => undefined;

  constructor(
    readonly stage: RelayWorld,
    readonly directory: string,
  ) {}

  get windows(): string {
    return path.join(this.directory, 'windows');
  }

  /** Opens a window; the first one is the stage's own. */
  async openWindow(broker = this.stage.broker, folders: readonly string[] = []): Promise<SceneWindow> {
    let asked = 0;
    const announcement = new WindowAddressFile({
      directory: this.windows,
      folders: () => folders,
      address: () => {
        asked++;
        return broker.relay.agentHostAddress();
      },
      clock: systemClock,
      log: this.stage.log,
    });
    const dispose = () => {
      announcement.dispose();
      broker.dispose();
    };
    this.stage.own({
      close: () => {
        announcement.dispose();
        return Promise.resolve();
      },
    });
    await announcement.announce();
    return { broker, announcement, asked: () => asked, dispose };
  }

  /** An agent host's client, which starts the bridge. */
  async connect(name = 'copilot-cli', cwd = this.directory): Promise<Client> {
    const capabilities = { elicitation: { url: {}, form: {} } };
    const client = new Client({ name, version: '1' }, { capabilities });
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
      const card = { message: params.message, url: 'url' in params ? params.url : '' };
      this.stage.cards.push(card);
      return { action: await this.onCard(card) };
    });
    const transport = this.transport(cwd);
    await client.connect(transport);
    const { onmessage } = transport;
    transport.onmessage = (message) => {
      // The SDK drops progress that is read together with its response.
      this.received.push(message);
      this.#onMessage();
      onmessage?.(message);
    };
    this.stage.own(client);
    return client;
  }

  transport(cwd = this.directory, server = 'repositories'): StdioClientTransport {
    return new StdioClientTransport({
      command: process.execPath,
      args: [bridgeScript, '--windows', this.windows, server],
      cwd,
      stderr: 'pipe',
    });
  }

  /** The texts of the progress that the clients were sent. */
  get progress(): readonly string[] {
    return this.received.flatMap((message) =>
      'method' in message && message.method === 'notifications/progress'
        ? [String(message.params?.['message'])]
        : [],
    );
  }

  /** Resolves with the next text of progress that a client is sent. */
  async nextProgress(): Promise<string> {
    const before = this.progress.length;
    while (this.progress.length === before) await new Promise<void>((resolve) => (this.#onMessage = resolve));
    return this.progress[before] ?? '';
  }

  async files(): Promise<readonly string[]> {
    return (await readdir(this.windows)).sort();
  }

  async close(): Promise<void> {
    await this.stage.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

export async function startSessionScene(options: RelayWorldOptions = {}): Promise<SessionScene> {
  const stage = await startRelayWorld(options);
  return new SessionScene(stage, await mkdtemp(path.join(os.tmpdir(), 'sessions-')));
}

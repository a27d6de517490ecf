import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  StreamableHTTPClientTransport,
  type StreamableHTTPReconnectionOptions,
} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { AdmittedServer } from '../../src/broker/agents/agentAdmission.js';
import type { HeadlessBroker } from '../../src/headless/headlessBroker.js';
import type { Fetch } from '../../src/oauth/httpContext.js';
import {
  agentPath,
  defaultAgentSettings,
  type AgentSettings,
} from '../../src/broker/agents/agentSettings.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { Agents } from '../../src/relay/agents/agents.js';
import { RawCaller } from './rawCaller.js';
import { startRelayWorld, type RelayWorld, type RelayWorldOptions } from './relayWorld.js';

/** What an agent is admitted to, by the names of servers. */
export type AdmittedNames = Readonly<Record<string, Omit<AdmittedServer, 'url'>>>;

/** The relay's world with agents at a port of their own. */
export class AgentScene {
  settings: AgentSettings;
  /** Those of the world's servers that the user disabled. */
  disabled: readonly ServerConfig[] = [];
  readonly agents: Agents;
  /** Of the request that went upstream last. */
  lastHeaders: Headers | undefined;

  constructor(
    readonly stage: RelayWorld,
    port: number,
  ) {
    this.settings = { ...defaultAgentSettings, port };
    this.agents = this.openWindow();
  }

  openWindow(broker: HeadlessBroker = this.stage.broker): Agents {
    const { time: clock, log } = this.stage;
    const agents = new Agents({
      relay: broker.relay,
      servers: () => this.stage.servers.filter((server) => !this.disabled.includes(server)),
      disabled: () => this.disabled,
      admissions: broker.admissions,
      consents: broker.consents,
      approvals: broker.approvals,
      settings: () => this.settings,
      clock,
      log,
    });
    this.stage.own({
      close: () => {
        agents.dispose();
        return Promise.resolve();
      },
    });
    return agents;
  }

  /** Admits an agent and sees to it that it is served. */
  async admit(servers: AdmittedNames, name = 'tester', expiresAt?: number) {
    const admitted = await this.agents.admissions.admit({
      name,
      servers: Object.entries(servers).map(([server, access]) => ({
        url: this.stage.server(server).url,
        ...access,
      })),
      ...(expiresAt !== undefined && { expiresAt }),
    });
    await this.agents.port.look();
    return { ...admitted, raw: (server: string) => this.raw(server, admitted.key.expose()) };
  }

  url(server: string): string {
    return `http://127.0.0.1:${this.settings.port}${agentPath(server)}`;
  }

  raw(server: string, key: string): RawCaller {
    const caller = new RawCaller(this.url(server), key);
    this.stage.own({
      close: () => {
        caller.close();
        return Promise.resolve();
      },
    });
    return caller;
  }

  /**
   * An agent's SDK client, which can show nobody anything.
   *
   * @param reconnectionOptions how it comes back to a stream that broke off
   */
  async connect(
    server: string,
    key: string,
    reconnectionOptions?: StreamableHTTPReconnectionOptions,
  ): Promise<Client> {
    const client = new Client({ name: 'agent', version: '1' });
    const headers = { Authorization: `Bearer ${key}` };
    const transport = new StreamableHTTPClientTransport(new URL(this.url(server)), {
      requestInit: { headers },
      ...(reconnectionOptions !== undefined && { reconnectionOptions }),
    });
    await client.connect(transport);
    this.stage.own(client);
    return client;
  }

  /** The user gives what the oldest waiting agent lacks. */
  async consent(): Promise<void> {
    const [ask] = this.agents.consents.pending;
    if (ask === undefined) throw new Error('nobody waits for consent');
    const attempt = this.stage.broker.signIns.begin(ask.server, { ...ask.request, deadline: 60_000 });
    await this.stage.consent((await attempt.launchPage()).address);
    const { kind } = await attempt.outcome;
    if (kind !== 'signedIn') throw new Error(`sign-in ended ${kind}`);
  }
}

export async function startAgentScene(options: RelayWorldOptions = {}): Promise<AgentScene> {
  const { fetch: send = (url: string, init: RequestInit) => fetch(url, init) } = options;
  const watched: Fetch = (url, init) => {
    scene.lastHeaders = new Headers(init.headers);
    return send(url, init);
  };
  const stage = await startRelayWorld({ ...options, fetch: watched });
  const scene = new AgentScene(stage, await freePort());
  return scene;
}

/** What was granted of a token that went upstream. */
export function scopesOf(authorization: string): string[] {
  const [, payload = ''] = authorization.split('.');
  const { scope } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { scope: string };
  return scope.split(' ').sort();
}

/** A port nobody holds now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

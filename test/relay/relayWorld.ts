import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema, type Progress } from '@modelcontextprotocol/sdk/types.js';
import type { RecordedCall } from '../../src/broker/calls/callRecord.js';
import { parseServers, type ServerConfig } from '../../src/broker/settings/serverSettings.js';
import type { CardBrowser } from '../../src/broker/signIn/consentPrompt.js';
import type { SignInAttempt } from '../../src/broker/signIn/signInAttempt.js';
import type { SignInQuestions } from '../../src/broker/signIn/userQuestions.js';
import { InMemoryRecords } from '../../src/broker/agents/agentAdmissions.js';
import type { Clock } from '../../src/base/clock.js';
import type { UseHere } from '../../src/broker/tokens/useHere.js';
import type { ToolPrompt, ToolRules } from '../../src/broker/tools/toolRules.js';
import type { AccountAnswer } from '../../src/broker/accounts/accountChoice.js';
import { createHeadlessBroker, type HeadlessBroker } from '../../src/headless/headlessBroker.js';
import type { Translate } from '../../src/base/displayText.js';
import type { Fetch, Resolver } from '../../src/oauth/httpContext.js';
import { ManualClock } from '../broker/manualClock.js';
import { MemoryLock, MemoryLog, MemoryMemory, MemorySecrets } from '../broker/memoryStores.js';
import { alice } from '../demo/people.js';
import { UserBrowser, signInAsUser, type SignInAnswers } from '../demo/user.js';
import { startWorld, type World, type WorldOptions } from '../demo/world.js';
import { RawCaller } from './rawCaller.js';

/** A card as the editor would show it, and what the user does with it. */
export interface Card {
  readonly message: string;
  readonly url: string;
}

export interface RelayWorldOptions extends WorldOptions {
  /** Stands between the broker and the network, to watch or to disturb. */
  readonly fetch?: Fetch;
  /** Where names are; by default nowhere, so that no test asks the network for one. */
  readonly resolver?: Resolver;
  /** Servers beside those of the demo world, by name: an address, or an entry of the setting. */
  readonly servers?: Readonly<Record<string, string | object>>;
  /** How to sign in, as the settings say it, by name. */
  readonly oauth?: Readonly<Record<string, object>>;
  readonly questions?: SignInQuestions;
  readonly clientMetadataUrl?: string;
  readonly toolRules?: ToolRules;
  readonly toolPrompt?: ToolPrompt;
  /** What the broker goes by; by default a clock that the test moves. */
  readonly clock?: Clock;
  readonly translate?: Translate;
  readonly cardBrowser?: CardBrowser;
  /** Where sign-ins may be used; everywhere by default. */
  readonly use?: UseHere;
}

/** The whole broker without an editor, between real SDK clients and the demo world. */
export class RelayWorld {
  readonly secrets = new MemorySecrets();
  readonly memory = new MemoryMemory();
  readonly lock = new MemoryLock();
  readonly agentRecords = new InMemoryRecords();
  readonly log = new MemoryLog();
  readonly clock = new ManualClock();
  /** What the broker goes by. */
  readonly time: Clock;
  /** Alice's, with her cookies. */
  readonly browser = new UserBrowser();
  readonly broker: HeadlessBroker;
  /** The cards shown in the chat, oldest first. */
  readonly cards: Card[] = [];
  /** What was asked for outside the chat, oldest first. */
  readonly prompts: string[] = [];
  /** Changes of account the user was asked about, oldest first. */
  readonly accountChanges: string[] = [];
  /** The tool calls that were written down, in the order they ended. */
  readonly calls: RecordedCall[] = [];
  recordsArguments = false;
  readonly #awaited = new Set<() => void>();
  /** What the user does with the next cards; by default consents as Alice. */
  onCard = async (card: Card): Promise<'accept' | 'decline' | 'cancel'> => {
    await this.consent(card.url);
    return 'accept';
  };
  /** What the user does where they are asked outside the chat; by default consents as Alice. */
  onPrompt = async (attempt: SignInAttempt): Promise<boolean | undefined> => {
    await this.consent((await attempt.launchPage()).address);
    return true;
  };
  /** What the user says to a change of account; by default no. */
  onAccountChange = (): Promise<AccountAnswer> => Promise.resolve('neither');
  readonly #open: { close(): Promise<void> | void }[] = [];
  readonly #servers: readonly ServerConfig[];

  constructor(
    readonly world: World,
    private readonly options: RelayWorldOptions,
  ) {
    this.time = options.clock ?? this.clock;
    const further = Object.entries(options.servers ?? {}).map(([name, entry]) => [
      name,
      typeof entry === 'string' ? { url: entry } : entry,
    ]);
    const entries: Record<string, object> = {
      ...world.serverSettings(),
      ...(Object.fromEntries(further) as object),
    };
    for (const [name, oauth] of Object.entries(options.oauth ?? {}))
      entries[name] = { ...entries[name], oauth };
    const { servers, problems } = parseServers(entries);
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
    this.#servers = servers;
    this.broker = this.openWindow();
  }

  get servers(): readonly ServerConfig[] {
    return this.#servers;
  }

  /** A further window, or the same one after a restart: another broker over the same storage. */
  openWindow(use = this.options.use): HeadlessBroker {
    const { secrets, memory, lock, agentRecords, time: clock, log } = this;
    const { questions, clientMetadataUrl, toolRules, toolPrompt, translate, cardBrowser } = this.options;
    const broker = createHeadlessBroker({
      ...(questions !== undefined && { questions }),
      ...(clientMetadataUrl !== undefined && { clientMetadataUrl }),
      ...(toolRules !== undefined && { toolRules }),
      ...(toolPrompt !== undefined && { toolPrompt }),
      ...(translate !== undefined && { translate }),
      ...(cardBrowser !== undefined && { cardBrowser }),
      use,
      servers: () => this.#servers,
      secrets,
      memory,
      lock,
      agentRecords,
      clock,
      log,
      recording: {
        ledger: { add: (call) => this.#keep(call) },
        recordsArguments: () => this.recordsArguments,
      },
      fetch: this.options.fetch ?? fetch,
      resolver: this.options.resolver ?? { addressesOf: () => Promise.resolve([]) },
      consentPrompt: {
        ask: (_server, what, _need, attempt) => {
          this.prompts.push(what);
          return this.onPrompt(attempt);
        },
      },
      confirmAccountChange: (_server, from, to) => {
        this.accountChanges.push(`${from} → ${to}`);
        return this.onAccountChange();
      },
    });
    this.#open.unshift({ close: () => broker.dispose() });
    return broker;
  }

  server(name: string): ServerConfig {
    const server = this.#servers.find((candidate) => candidate.name === name);
    if (server === undefined) throw new Error(`no server ${name}`);
    return server;
  }

  /** Connects an SDK client through the relay, as VS Code's own would be. */
  async connect(
    name: string,
    broker = this.broker,
    elicitation: { url?: object } = { url: {} },
  ): Promise<Client> {
    const client = new Client({ name: 'test', version: '1' }, { capabilities: { elicitation } });
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
      const card = { message: params.message, url: 'url' in params ? params.url : '' };
      this.cards.push(card);
      return { action: await this.onCard(card) };
    });
    const { url, key } = await broker.relay.endpointFor(this.server(name));
    const headers = { Authorization: `Bearer ${key.expose()}` };
    const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
    await client.connect(transport);
    this.#open.unshift(client);
    return client;
  }

  /** A caller of the relay that says exactly what a test wants said. */
  async rawCaller(name: string, broker = this.broker): Promise<RawCaller> {
    const { url, key } = await broker.relay.endpointFor(this.server(name));
    const caller = new RawCaller(url, key.expose());
    this.#open.unshift(caller);
    return caller;
  }

  /** Goes through the pages behind a launch address; the callback is not followed. */
  signInPages(launchUrl: string, answers: Partial<SignInAnswers> = {}): Promise<URL> {
    const { email, password } = alice;
    return signInAsUser(launchUrl, {
      email,
      password,
      consent: 'allow',
      browser: this.browser,
      ...answers,
    });
  }

  /** Signs in as a user at a launch page and returns to the loopback callback. */
  async consent(launchUrl: string, answers: Partial<SignInAnswers> = {}): Promise<void> {
    const callback = await this.signInPages(launchUrl, answers);
    await (await fetch(callback)).text();
  }

  /** Signs in as from the palette. */
  async signIn(name: string, answers: Partial<SignInAnswers> = {}, broker = this.broker): Promise<void> {
    const attempt = broker.signIns.begin(this.server(name), { deadline: 60_000 });
    await this.consent((await attempt.launchPage()).address, answers);
    const outcome = await attempt.outcome;
    if (outcome.kind !== 'signedIn') throw new Error(`sign-in ended ${outcome.kind}`);
  }

  /** Waits until so many calls have been written down, which is after their answers. */
  async recorded(count: number): Promise<readonly RecordedCall[]> {
    while (this.calls.length < count) {
      const more = Promise.withResolvers<void>();
      this.#awaited.add(more.resolve);
      await more.promise;
    }
    return this.calls;
  }

  #keep(call: RecordedCall): Promise<void> {
    this.calls.push(call);
    for (const tell of this.#awaited) tell();
    this.#awaited.clear();
    return Promise.resolve();
  }

  async status(name: string): Promise<string> {
    return (await this.broker.states.statusOf(this.server(name))).status;
  }

  /** Owns what a test started beside the world. */
  own(part: { close(): Promise<void> }): void {
    this.#open.unshift(part);
  }

  async close(): Promise<void> {
    for (const part of this.#open.splice(0)) await part.close();
    await this.world.close();
  }
}

export async function startRelayWorld(options: RelayWorldOptions = {}): Promise<RelayWorld> {
  return new RelayWorld(await startWorld(options), options);
}

/** Calls a tool and gathers the progress messages on the way. */
export async function callTool(
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
  signal?: AbortSignal,
): Promise<{ readonly text: string; readonly isError: boolean; readonly progress: string[] }> {
  const progress: string[] = [];
  const onprogress = ({ message }: Progress) => {
    if (message !== undefined) progress.push(message);
  };
  const options = { onprogress, ...(signal !== undefined && { signal }) };
  const result = await client.callTool({ name, arguments: args }, undefined, options);
  const [content] = result.content as { type: string; text: string }[];
  return { text: content?.text ?? '', isError: result.isError === true, progress };
}

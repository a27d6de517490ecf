import type { IncomingMessage, ServerResponse } from 'node:http';
import { AgentConsents } from '../broker/agents/agentConsents.js';
import type { AgentToolAnswers } from '../broker/agents/agentToolAnswers.js';
import { AgentToolApprovals } from '../broker/agents/agentToolApprovals.js';
import type { AuthorizedFetch } from '../broker/fetch/authorizedFetch.js';
import { callbackPath, isCallbackPath, type PendingCallbacks } from '../broker/callbacks/pendingCallbacks.js';
import type { CredentialStore } from '../broker/accounts/credentialStore.js';
import { errorName } from '../base/errorName.js';
import type { Clock, Disposable } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { Launcher, LaunchPage, LaunchVisit, RedirectUri } from '../broker/ports.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import type { SignIns } from '../broker/signIn/signIns.js';
import type { ToolPrompt, ToolRules } from '../broker/tools/toolRules.js';
import type { ToolScopes } from '../broker/tools/toolScopes.js';
import type { Redacted } from '../base/redacted.js';
import { addressOf } from '../base/displayText.js';
import { ResponseStreams } from './calls/responseStream.js';
import { BlockedTools, ToolLists } from './calls/toolLists.js';
import { FirstUse } from './calls/firstUse.js';
import { CallRecorder, type CallRecording } from './callers/callRecorder.js';
import {
  agentHostCaller,
  CallerAdmission,
  editorCaller,
  extensionCaller,
} from './callers/callerAdmission.js';
import { CallerTasks } from './calls/callerTasks.js';
import { ConsentInStream } from './calls/consentInStream.js';
import { ConsentRounds } from './callers/consentRounds.js';
import type { CardBrowser } from '../broker/signIn/cardBrowser.js';
import type { ConsentPrompt } from '../broker/signIn/consentPrompt.js';
import type { Translate } from '../mcp/translate.js';
import { LaunchPages } from '../loopback/launchPages.js';
import { LoopbackCallbacks, LoopbackPorts } from '../loopback/callbackListener.js';
import { HttpListener, isLoopbackAuthority, portsToTry } from '../loopback/httpListener.js';
import { McpEndpoint } from './mcpEndpoint.js';
import { RelayedRequests, ScopeLessons } from './calls/relayedRequest.js';
import type { ServerProfiles } from './upstream/serverProfiles.js';
import { ServerStreams } from './upstream/serverStream.js';
import { StatelessRequests } from './statelessRequests.js';
import { Subscriptions } from './subscriptions.js';
import { ToolGate } from './calls/toolGate.js';
import { ToolTitles } from './calls/toolTitles.js';
import { UpstreamResponses } from './calls/upstreamResponse.js';
import { UpstreamDiscovery } from './upstream/upstreamDiscovery.js';
import { UpstreamListener } from './upstream/upstreamListener.js';
import { UpstreamSessions } from './upstream/upstreamSessions.js';

export interface RelayParts {
  /** The configured servers, as they are now. */
  readonly servers: () => readonly ServerConfig[];
  readonly authorizedFetch: AuthorizedFetch;
  readonly credentials: CredentialStore;
  /** A function, because sign-ins need the relay's launcher in their turn. */
  readonly signIns: () => SignIns;
  readonly callbacks: PendingCallbacks;
  readonly consentPrompt: ConsentPrompt;
  /** How the editor's cards open launch pages; at their loopback addresses where absent. */
  readonly cardBrowser?: CardBrowser;
  /** Lets go of what a transport holds for a session at an upstream, when that session has been left. */
  readonly leaveUpstream: (sessionId: string) => void;
  /** Where tool calls are written down, if anywhere. */
  readonly recording?: CallRecording;
  readonly profiles: ServerProfiles;
  readonly toolRules: ToolRules;
  /** What calls show of the scopes that tools need. */
  readonly toolScopes: ToolScopes;
  /** Absent where nobody can be asked about a call outside a chat. */
  readonly toolPrompt?: ToolPrompt;
  readonly agentToolAnswers: AgentToolAnswers;
  /** What the user is shown, into their language; English without it. */
  readonly translate?: Translate;
  readonly clock: Clock;
  readonly log: Log;
}

export interface RelayEndpoint {
  /** `http://127.0.0.1:PORT/mcp/NAME` */
  readonly url: string;
  /** To be sent as `Authorization: Bearer …`. */
  readonly key: Redacted;
}

/** The loopback side of the broker. Nothing listens until somebody needs it. */
export class Relay implements Disposable, Launcher {
  readonly #admission = new CallerAdmission();
  readonly #listener = new HttpListener(
    (request, response, port) => void this.#answer(request, response, port),
    portsToTry(),
  );
  readonly #launchPages: LaunchPages;
  readonly #loopbackCallbacks: LoopbackCallbacks;
  readonly #loopbackPorts: LoopbackPorts;
  /** For callers that are admitted elsewhere. */
  readonly endpoint: McpEndpoint;
  /** What agents wait for. */
  readonly agentConsents: AgentConsents;
  /** What the user is asked about the calls of agents, where a rule is to ask. */
  readonly agentToolApprovals: AgentToolApprovals;
  readonly #subscriptions: readonly Disposable[];
  readonly #keys = new Map<string, Redacted>();

  /** The names of a server's tools, as far as they are known. */
  readonly toolNames: (server: ServerConfig) => readonly string[];

  constructor(private readonly parts: RelayParts) {
    const { authorizedFetch, credentials, profiles, recording, clock, log } = parts;
    this.toolNames = (server) => (profiles.tools(server) ?? []).map(({ name }) => name);
    const translated = parts.translate !== undefined && { translate: parts.translate };
    const discovery = new UpstreamDiscovery(authorizedFetch, profiles, clock);
    const upstreams = new UpstreamSessions(
      authorizedFetch,
      credentials,
      profiles,
      discovery,
      clock,
      parts.leaveUpstream,
    );
    const blocked = new BlockedTools(parts.toolRules);
    const signedOut = new ToolLists(profiles, blocked);
    const rounds = new ConsentRounds();
    const consent = new ConsentInStream(
      parts.signIns,
      credentials,
      parts.consentPrompt,
      rounds,
      clock,
      parts.cardBrowser,
    );
    const tasks = new CallerTasks();
    this.agentConsents = new AgentConsents(credentials, clock, authorizedFetch.tokens.narrowed);
    const titles = new ToolTitles(credentials, parts.toolScopes, profiles);
    const answers = new UpstreamResponses(profiles, new ResponseStreams(authorizedFetch, clock), tasks, blocked, titles); // prettier-ignore
    this.agentToolApprovals = new AgentToolApprovals(clock, parts.agentToolAnswers, parts.toolPrompt);
    const gate = new ToolGate(parts.toolRules, credentials, clock, this.agentToolApprovals, parts.toolPrompt);
    const lessons = new ScopeLessons(parts.toolScopes, profiles);
    const requests = new RelayedRequests(authorizedFetch, upstreams, answers, signedOut, consent, tasks, gate, lessons, this.agentConsents, new FirstUse(authorizedFetch.tokens.use, clock), titles); // prettier-ignore
    const listener = new UpstreamListener(authorizedFetch, credentials, clock);
    const streams = new ServerStreams(authorizedFetch, upstreams, listener, log);
    const subscriptions = new Subscriptions(listener, titles, clock);
    const stateless = new StatelessRequests({ discovery, profiles, signedOut, rounds, subscriptions, clock, ...translated }); // prettier-ignore
    this.endpoint = new McpEndpoint({
      authorizedFetch,
      upstreams,
      requests,
      signedOut,
      stateless,
      streams,
      subscriptions,
      titles,
      ...(recording !== undefined && {
        recorder: new CallRecorder({ ...parts, recording, keys: () => this.#keys.values() }),
      }),
      ...translated,
      clock,
      log,
    });
    this.#launchPages = new LaunchPages(clock);
    this.#loopbackCallbacks = new LoopbackCallbacks(parts.callbacks);
    this.#loopbackPorts = new LoopbackPorts(this.#loopbackCallbacks);
    const { announcements } = this.endpoint;
    this.#subscriptions = [
      credentials.onDidChange((serverUrl) => void announcements.serverChanged(serverUrl)),
      parts.toolScopes.onDidChange((serverUrl) => void announcements.accessChanged(serverUrl)),
      parts.toolRules.onDidChange(() => announcements.toolsChanged()),
    ];
  }

  /** The address and key VS Code's own MCP client uses; begins to listen. The key is fresh each activation. */
  async endpointFor(server: ServerConfig): Promise<RelayEndpoint> {
    const url = `${await this.#listener.baseUrl()}/mcp/${encodeURIComponent(server.name)}`;
    return { url, key: this.#key(editorCaller.id, () => this.#admission.issueKey(editorCaller)) };
  }

  /**
   * Where the sessions that the editor runs outside of itself find every server, at `/mcp/NAME`, and their key;
   * begins to listen. The key is random, fresh each activation, and none of the editor's own.
   */
  async agentHostAddress(): Promise<RelayEndpoint> {
    const url = await this.#listener.baseUrl();
    return { url, key: this.#key(agentHostCaller.id, () => this.#admission.issueKey(agentHostCaller)) };
  }

  /**
   * A further, revocable key for one server and account: what other extensions get as `accessToken`. The editor does not
   * say which extension asks, so all of them share one key and count as one caller: each can use the other's
   * session if it learns its id, and revoking the key is revoking it for all.
   */
  keyFor(server: ServerConfig, account?: string): Redacted {
    const caller = extensionCaller(server, account);
    return this.#key(caller.id, () => this.#admission.issueKey(caller));
  }

  revokeKey(server: ServerConfig, account?: string): void {
    const { id } = extensionCaller(server, account);
    this.#keys.delete(id);
    this.#admission.revokeKey(id);
    this.endpoint.callerLeft(id);
  }

  async open(lifetime: number, onVisit: (visit: LaunchVisit) => Promise<void>): Promise<LaunchPage> {
    return this.#launchPages.open(await this.#listener.baseUrl(), lifetime, onVisit);
  }

  /** A one-shot redirect URI on 127.0.0.1; with a port or a path of the user's own, at a listener of its own. */
  async loopbackRedirect(path: string = callbackPath, port?: number): Promise<RedirectUri> {
    if (port !== undefined || !isCallbackPath(path)) return this.#loopbackPorts.open(path, port ?? 0);
    return this.#loopbackCallbacks.open(await this.#listener.baseUrl(), path);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.agentConsents.dispose();
    this.agentToolApprovals.dispose();
    this.endpoint.dispose();
    this.#launchPages.dispose();
    this.#loopbackPorts.dispose();
    this.#listener.dispose();
  }

  #key(id: string, issue: () => Redacted): Redacted {
    const key = this.#keys.get(id) ?? issue();
    this.#keys.set(id, key);
    return key;
  }

  async #answer(request: IncomingMessage, response: ServerResponse, port: number): Promise<void> {
    try {
      await this.#route(request, response, port);
    } catch (error) {
      this.parts.log.error(`The relay failed to answer (${errorName(error)}).`);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse, port: number): Promise<void> {
    const url = addressOf(request.url, new URL('http://127.0.0.1'));
    if (url === undefined) {
      notFound(response);
      return;
    }
    const [, place, name, ...rest] = url.pathname.split('/');
    if (rest.length > 0) {
      notFound(response);
      return;
    }
    if (place === 'sign-in' && name !== undefined) return this.#launchPages.answer(name, request, response);
    if (this.#loopbackCallbacks.isWaitingAt(url.pathname) && request.method === 'GET') {
      if (!isLoopbackAuthority(request.headers.host, port)) {
        notFound(response);
        return;
      }
      this.#loopbackCallbacks.answer(url, response);
      return;
    }
    const admission = this.#admission.admit(request, port);
    if (admission.kind === 'refused') {
      notFound(response, admission.status);
      return;
    }
    const server = place === 'mcp' ? this.#serverCalled(name ?? '') : undefined;
    const { caller } = admission;
    if (server === undefined || (caller.serverUrl !== undefined && caller.serverUrl !== server.url)) {
      notFound(response);
      return;
    }
    return this.endpoint.answer(server, caller, request, response);
  }

  #serverCalled(encodedName: string): ServerConfig | undefined {
    return this.parts.servers().find((server) => encodeURIComponent(server.name) === encodedName);
  }
}

function notFound(response: ServerResponse, status = 404): void {
  response.writeHead(status, { 'Content-Length': 0 }).end();
}

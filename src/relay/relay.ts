import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuthorizedFetch } from '../broker/fetch/authorizedFetch.js';
import type { CredentialStore } from '../broker/accounts/credentialStore.js';
import type { Clock, Disposable } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import type { SignIns } from '../broker/signIn/signIns.js';
import type { ToolPrompt, ToolRules } from '../broker/tools/toolRules.js';
import type { ToolScopes } from '../broker/tools/toolScopes.js';
import type { Redacted } from '../base/redacted.js';
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
import type { CardBrowser, ConsentPrompt } from '../broker/signIn/consentPrompt.js';
import type { Translate } from '../base/displayText.js';
import { notFound, type LoopbackServer } from '../loopback/loopbackServer.js';
import { McpEndpoint } from './mcpEndpoint.js';
import { RelayedRequests, ScopeLessons } from './calls/relayedRequest.js';
import type { ServerProfiles } from './upstream/serverProfiles.js';
import { ServerStreams } from './upstream/serverStream.js';
import { StatelessRequests } from './statelessRequests.js';
import { Subscriptions } from './announcements.js';
import { ToolGate } from './calls/toolGate.js';
import { ToolTitles } from './calls/toolTitles.js';
import { UpstreamResponses } from './calls/upstreamResponse.js';
import { UpstreamDiscovery } from './upstream/upstreamDiscovery.js';
import { UpstreamListener } from './upstream/upstreamListener.js';
import { UpstreamSender } from './upstream/upstreamSender.js';
import { UpstreamSessions } from './upstream/upstreamSessions.js';

export interface RelayParts {
  /** The configured servers, as they are now. */
  readonly servers: () => readonly ServerConfig[];
  readonly authorizedFetch: AuthorizedFetch;
  readonly credentials: CredentialStore;
  readonly loopback: LoopbackServer;
  readonly signIns: SignIns;
  readonly consentPrompt: ConsentPrompt;
  /** How the editor's cards open launch pages; at their loopback addresses where absent. */
  readonly cardBrowser?: CardBrowser | undefined;
  /** Lets go of what a transport holds for a session at an upstream, when that session has been left. */
  readonly leaveUpstream: (sessionId: string) => void;
  /** Where tool calls are written down, if anywhere. */
  readonly recording?: CallRecording | undefined;
  readonly profiles: ServerProfiles;
  readonly toolRules: ToolRules;
  /** What calls show of the scopes that tools need. */
  readonly toolScopes: ToolScopes;
  /** Absent where nobody can be asked about a call outside a chat. */
  readonly toolPrompt?: ToolPrompt | undefined;
  /** What the user is shown, into their language; English without it. */
  readonly translate?: Translate | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

export interface RelayEndpoint {
  /** `http://127.0.0.1:PORT/mcp/NAME` */
  readonly url: string;
  /** To be sent as `Authorization: Bearer …`. */
  readonly key: Redacted;
}

/** The loopback side of the broker. Nothing listens until a caller needs it. */
export class Relay implements Disposable {
  readonly #admission = new CallerAdmission();
  /** For callers that are admitted elsewhere. */
  readonly endpoint: McpEndpoint;
  readonly #subscriptions: readonly Disposable[];
  readonly #keys = new Map<string, Redacted>();

  /** The names of a server's tools, as far as they are known. */
  readonly toolNames: (server: ServerConfig) => readonly string[];

  constructor(private readonly parts: RelayParts) {
    const { authorizedFetch, credentials, profiles, recording, clock, log } = parts;
    this.toolNames = (server) => (profiles.tools(server) ?? []).map(({ name }) => name);
    const { translate } = parts;
    const sender = new UpstreamSender(authorizedFetch);
    const discovery = new UpstreamDiscovery(sender, profiles, clock);
    const upstreams = new UpstreamSessions(
      sender,
      credentials,
      profiles,
      discovery,
      clock,
      parts.leaveUpstream,
    );
    const blocked = new BlockedTools(parts.toolRules);
    const lists = new ToolLists(profiles, blocked);
    const rounds = new ConsentRounds();
    const consent = new ConsentInStream(parts.signIns, credentials, parts.consentPrompt, rounds, {
      clock,
      cardBrowser: parts.cardBrowser,
    });
    const tasks = new CallerTasks();
    const titles = new ToolTitles(credentials, parts.toolScopes, profiles, parts.toolRules);
    const responses = new UpstreamResponses(
      profiles,
      new ResponseStreams(sender, clock),
      tasks,
      blocked,
      titles,
    );
    const gate = new ToolGate(parts.toolRules, credentials, clock, parts.toolPrompt);
    const lessons = new ScopeLessons(parts.toolScopes, profiles);
    const requests = new RelayedRequests({
      sender,
      upstreams,
      responses,
      lists,
      consent,
      tasks,
      gate,
      lessons,
      firstUse: new FirstUse(authorizedFetch.tokens.use, clock),
      titles,
    });
    const listener = new UpstreamListener(sender, credentials, clock);
    const streams = new ServerStreams(sender, upstreams, listener, log);
    const subscriptions = new Subscriptions(listener, titles, clock);
    const stateless = new StatelessRequests({
      discovery,
      profiles,
      lists,
      rounds,
      subscriptions,
      clock,
      translate,
    });
    this.endpoint = new McpEndpoint({
      upstreams,
      requests,
      lists,
      stateless,
      streams,
      subscriptions,
      titles,
      recorder: recording && new CallRecorder({ ...parts, recording, keys: this.#keys }),
      translate,
      clock,
      log,
    });
    const { announcements } = this.endpoint;
    this.#subscriptions = [
      credentials.onDidChange((serverUrl) => void announcements.serverChanged(serverUrl)),
      parts.toolScopes.onDidChange((serverUrl) => void announcements.accessChanged(serverUrl)),
      parts.toolRules.onDidChange(() => announcements.toolsChanged()),
    ];
    parts.loopback.serve((request, response, path, port) => this.#handle(request, response, path, port));
  }

  /** The address and key VS Code's own MCP client uses; begins to listen. The key is fresh each activation. */
  async endpointFor(server: ServerConfig): Promise<RelayEndpoint> {
    const url = `${await this.parts.loopback.baseUrl()}/mcp/${encodeURIComponent(server.name)}`;
    return { url, key: this.#key(editorCaller.id, () => this.#admission.issueKey(editorCaller)) };
  }

  /**
   * Where the sessions that the editor runs outside of itself find every server, at `/mcp/NAME`, and their key;
   * begins to listen. The key is random, fresh each activation, and none of the editor's own.
   */
  async agentHostAddress(): Promise<RelayEndpoint> {
    const url = await this.parts.loopback.baseUrl();
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

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.endpoint.dispose();
  }

  #key(id: string, issue: () => Redacted): Redacted {
    const key = this.#keys.get(id) ?? issue();
    this.#keys.set(id, key);
    return key;
  }

  #handle(
    request: IncomingMessage,
    response: ServerResponse,
    [place, name = '']: readonly string[],
    port: number,
  ): Promise<void> | void {
    const admission = this.#admission.admit(request, port);
    if (admission.kind === 'refused') {
      notFound(response, admission.status);
      return;
    }
    const server = place === 'mcp' ? this.#serverCalled(name) : undefined;
    const { caller } = admission;
    if (server === undefined || (caller.serverUrl !== undefined && caller.serverUrl !== server.url)) {
      notFound(response);
      return;
    }
    return this.endpoint.handle(server, caller, request, response);
  }

  #serverCalled(encodedName: string): ServerConfig | undefined {
    return this.parts.servers().find((server) => encodeURIComponent(server.name) === encodedName);
  }
}

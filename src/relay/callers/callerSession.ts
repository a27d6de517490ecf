import { randomUUID } from 'node:crypto';
import {
  ImplementationSchema,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import type { Clock } from '../../base/clock.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import { cancelledMessage, formElicitation, urlElicitation } from '../../mcp/relayMessages.js';
import { statelessRevision } from '../../mcp/statelessRevision.js';
import type { AskedForm } from '../../mcp/toolRuleTexts.js';
import { inEnglish, displayText, type Translate } from '../../base/displayText.js';
import type { Caller } from './callerAdmission.js';
import type { EventStream } from './callerHttp.js';
import { BoundedSet } from '../../base/boundedSet.js';
import type { SessionOwner } from './sessionSeal.js';

/** The session at the upstream that stands behind a caller's session. */
export interface UpstreamSession {
  /** The upstream speaks the revision without sessions (MCP 2026-07-28): each request stands alone there. */
  readonly isStateless?: true;
  /** Undefined if the server keeps no sessions. */
  readonly sessionId?: string | undefined;
  readonly protocolVersion: string;
  /** The account that it was begun as; undefined without a sign-in. */
  readonly user: string | undefined;
}

/** Stands for an upstream that speaks the revision without sessions. */
export const statelessUpstream: UpstreamSession = {
  isStateless: true,
  protocolVersion: statelessRevision,
  user: undefined,
};

/** The user's answer to an elicitation of ours. */
export type ElicitationAnswer = 'accept' | 'decline' | 'cancel';

/** The same, with what the user filled in. */
interface FilledElicitation {
  readonly action: ElicitationAnswer;
  readonly content: unknown;
}

/** Longest wait for `notifications/initialized`, in milliseconds; some clients never send it. */
const initializedDeadline = 5_000;
/** Most messages kept for a caller whose stream is being reopened. */
const queueLimit = 100;
/** Most ids of our own requests that are remembered. */
const issuedLimit = 1_000;

/**
 * One caller's MCP session with the relay. Its id is ours and means nothing upstream; the upstream's own
 * session may come later (after a sign-in) and is never shown.
 */
export class CallerSession {
  readonly id: string;
  /** Requests without a response yet, by their id, so that the caller can cancel one. */
  readonly running = new Map<RequestId, AbortController>();
  /** Whether the caller was given the relay's own `sign_in`; a server may have a tool of that name itself. */
  offeredSignIn = false;
  /** Which account and access the titles of its last list of tools name; undefined before the first list. */
  toolsTitledAs: string | undefined;
  /** Ids of the upstream's events that the caller was given, and may resume after. */
  readonly events = new BoundedSet(1_000);
  /** Called when an upstream session begins, to open what the caller listens on. */
  onAttached: (() => void) | undefined;

  readonly #closed = new AbortController();
  readonly #initialized = Promise.withResolvers<void>();
  /** Ids of our own requests, answered or not: a card that is gone can still be answered. */
  readonly #issued = new Set<RequestId>();
  readonly #elicitations = new Map<RequestId, (answer: FilledElicitation) => void>();
  readonly #queue: JSONRPCMessage[] = [];
  #stream: EventStream | undefined;
  #upstream: UpstreamSession | undefined;
  #upstreamLeft = new AbortController();

  constructor(
    readonly server: ServerConfig,
    readonly caller: Caller,
    /** The caller's `initialize`, kept to be sent to the upstream again. */
    readonly initialize: JSONRPCRequest,
    /** It lasts for one request, whose caller speaks the revision without sessions (MCP 2026-07-28). */
    readonly isStateless = false,
    /** For what the caller shows to the user; what a model reads stays as it is. */
    readonly t: Translate = inEnglish,
    /** Of a session that began in another window. */
    resumed?: string,
  ) {
    this.id = resumed ?? caller.seal?.seal(this.owner, initialize) ?? randomUUID();
    if (resumed !== undefined) this.markInitialized();
  }

  get owner(): SessionOwner {
    return { callerId: this.caller.id, serverUrl: this.server.url };
  }

  /** The headers of every response in the session. */
  get headers(): Readonly<Record<string, string>> {
    return this.isStateless ? {} : { 'Mcp-Session-Id': this.id };
  }

  /** The caller has a session and the upstream knows none. */
  get isBridged(): boolean {
    return !this.isStateless && this.#upstream?.isStateless === true;
  }

  /** Undefined while the relay alone responds in the session. */
  get upstream(): UpstreamSession | undefined {
    return this.#upstream;
  }

  enterUpstream(upstream: UpstreamSession): void {
    this.#upstream = upstream;
  }

  /** Forgets the session at the upstream; the next request begins another. */
  leaveUpstream(): void {
    this.#upstream = undefined;
    this.events.clear();
    this.#upstreamLeft.abort(new DOMException('The session at the server was ended.', 'AbortError'));
    this.#upstreamLeft = new AbortController();
  }

  /** Aborted when the upstream session that there is now is left. */
  get upstreamLeft(): AbortSignal {
    return this.#upstreamLeft.signal;
  }

  /** Aborted when the session ends; for work that belongs to no single request. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  close(): void {
    this.#closed.abort(new DOMException('The session ended.', 'AbortError'));
    this.leaveUpstream();
    this.#stream?.end();
  }

  /** Cancels a running request, if there is one of that id. */
  cancel(requestId: unknown): void {
    if (typeof requestId !== 'string' && typeof requestId !== 'number') return;
    this.running.get(requestId)?.abort(new DOMException('The caller cancelled the request.', 'AbortError'));
  }

  /** Whether the caller waits for a response or listens. */
  get isInUse(): boolean {
    return this.running.size > 0 || this.#stream !== undefined;
  }

  /** Resolves at `notifications/initialized`, which requests overtake on parallel sockets; some clients never send it. */
  async untilInitialized(clock: Clock): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = clock.after(initializedDeadline, late.resolve);
    await Promise.race([this.#initialized.promise, late.promise]);
    timer.dispose();
  }

  markInitialized(): void {
    this.#initialized.resolve();
  }

  /** What the caller's client calls itself; undefined for callers that have one name whatever client they use. */
  get clientName(): string | undefined {
    return this.caller.kind === 'agentHost' ? clientName(this.initialize) : undefined;
  }

  /** Whether the caller can be shown an address to open (MCP 2025-11-25, `elicitation.url`). */
  get showsCards(): boolean {
    return this.#elicitation?.url !== undefined;
  }

  /** Whether the caller can ask a question of ours (MCP 2025-06-18; a capability without modes is this one). */
  get showsForms(): boolean {
    const can = this.#elicitation;
    return can !== undefined && (can.form !== undefined || can.url === undefined);
  }

  /** Shows a card on `stream` and waits for the user's answer to it. */
  async elicit(stream: EventStream, url: string, message: string): Promise<ElicitationAnswer> {
    const { id, answer } = this.#issue();
    void stream.message(urlElicitation(id, url, message));
    return (await answer).action;
  }

  /**
   * Asks a question on `stream` and waits for the user's answer to it.
   *
   * @param signal takes the question back
   * @returns what was filled in; undefined if the user declined or closed it, or it was taken back
   */
  async ask(stream: EventStream, form: AskedForm, signal: AbortSignal): Promise<unknown> {
    const { id, answer } = this.#issue();
    const takeBack = () => {
      void stream.message(cancelledMessage(id, 'The request can no longer be answered.'));
      this.settleElicitation(id, undefined);
    };
    void stream.message(formElicitation(id, form.message, form.requestedSchema));
    if (signal.aborted) takeBack();
    signal.addEventListener('abort', takeBack, { once: true });
    try {
      const { action, content } = await answer;
      return action === 'accept' ? content : undefined;
    } finally {
      signal.removeEventListener('abort', takeBack);
    }
  }

  /** @returns whether the response was to an elicitation of ours; a late one still is */
  settleElicitation(id: RequestId, result: Readonly<Record<string, unknown>> | undefined): boolean {
    if (!this.#issued.has(id)) return false;
    const action = result?.['action'];
    const said = action === 'accept' || action === 'decline' ? action : 'cancel';
    this.#elicitations.get(id)?.({ action: said, content: result?.['content'] });
    this.#elicitations.delete(id);
    return true;
  }

  /** An elicitation under an id that only its answer can have. */
  #issue(): { readonly id: RequestId; readonly answer: Promise<FilledElicitation> } {
    const id = `mcp-oauth-broker/${randomUUID()}`;
    this.#issued.add(id);
    const [oldest] = this.#issued;
    if (oldest !== undefined && this.#issued.size > issuedLimit) this.#issued.delete(oldest);
    return { id, answer: new Promise((resolve) => this.#elicitations.set(id, resolve)) };
  }

  get #elicitation(): { readonly url?: unknown; readonly form?: unknown } | undefined {
    const capabilities = this.initialize.params?.['capabilities'] as
      { elicitation?: { url?: unknown; form?: unknown } } | undefined;
    return capabilities?.elicitation;
  }

  /** The stream that messages outside a call go to: always the newest, an older one is ignored by callers. */
  listenOn(stream: EventStream | undefined): void {
    this.#stream = stream;
    if (stream === undefined) return;
    for (const message of this.#queue.splice(0)) void stream.message(message);
  }

  isListeningOn(stream: EventStream): boolean {
    return this.#stream === stream;
  }

  push(message: JSONRPCMessage): void {
    if (this.#stream !== undefined) void this.#stream.message(message);
    else if (this.#queue.length < queueLimit) this.#queue.push(message);
  }
}

/** Names that users know clients by, for those that give themselves another one. */
const knownNames = new Map([['copilot-cli', 'Copilot']]);

/** What a client calls itself in its `initialize`, as text that can be shown; undefined if there is no usable name. */
function clientName({ params }: JSONRPCRequest): string | undefined {
  const client = ImplementationSchema.safeParse(params?.['clientInfo']).data;
  if (client === undefined) return undefined;
  return displayText(client.title) ?? knownNames.get(client.name) ?? displayText(client.name);
}

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

/** The session at the upstream that belongs to a caller's session. */
export interface UpstreamSession {
  /**
   * Whether the upstream supports the revision without sessions (MCP 2026-07-28), in which each request is
   * independent.
   */
  readonly isStateless?: true;
  /** The session ID; undefined if the server keeps no sessions. */
  readonly sessionId?: string | undefined;
  readonly protocolVersion: string;
  /** The account with which the session was started; undefined without a sign-in. */
  readonly user: string | undefined;
}

/** Represents an upstream that supports the revision without sessions. */
export const statelessUpstream: UpstreamSession = {
  isStateless: true,
  protocolVersion: statelessRevision,
  user: undefined,
};

/** The user's answer to an elicitation of the relay. */
export type ElicitationAnswer = 'accept' | 'decline' | 'cancel';

/** The answer with the values that the user entered. */
interface FilledElicitation {
  readonly action: ElicitationAnswer;
  readonly content: unknown;
}

/** The longest wait for `notifications/initialized`, in milliseconds; some clients never send it. */
const initializedDeadline = 5_000;
/** The most messages that are kept for a caller whose stream is being reopened. */
const queueLimit = 100;
/** The most IDs of the relay's own requests that are stored. */
const issuedLimit = 1_000;

/**
 * A caller's MCP session with the relay. The relay creates its ID, which is not valid upstream. The
 * upstream's own session may start later (after a sign-in), and its ID is never sent to the caller.
 */
export class CallerSession {
  readonly id: string;
  /** The requests without a response, by their IDs, so that the caller can cancel them. */
  readonly running = new Map<RequestId, AbortController>();
  /** Whether the caller was offered the relay's own `sign_in`; a server may have a tool of the same name. */
  offeredSignIn = false;
  /** The account and access in the titles of the last list of tools; undefined before the first list. */
  toolsTitledAs: string | undefined;
  /** The IDs of the upstream's events that the caller received, after which it may resume. */
  readonly events = new BoundedSet(1_000);
  /** Called when an upstream session starts, to open the streams that the caller listens on. */
  onAttached: (() => void) | undefined;

  readonly #closed = new AbortController();
  readonly #initialized = Promise.withResolvers<void>();
  /**
   * The IDs of the relay's own requests, including those that have ended: a card can be answered after its
   * request.
   */
  readonly #issued = new Set<RequestId>();
  readonly #elicitations = new Map<RequestId, (answer: FilledElicitation) => void>();
  readonly #queue: JSONRPCMessage[] = [];
  #stream: EventStream | undefined;
  #upstream: UpstreamSession | undefined;
  #upstreamLeft = new AbortController();

  constructor(
    readonly server: ServerConfig,
    readonly caller: Caller,
    /** The caller's `initialize`, which is kept in order to send it to the upstream again. */
    readonly initialize: JSONRPCRequest,
    /**
     * Whether the session lasts for only one request, because the caller uses the revision without sessions
     * (MCP 2026-07-28).
     */
    readonly isStateless = false,
    /** Translates texts that the caller shows to the user; texts for a model are not translated. */
    readonly t: Translate = inEnglish,
    /** The ID of a session that started in another window. */
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

  /** Whether the caller has a session but the upstream does not support sessions. */
  get isBridged(): boolean {
    return !this.isStateless && this.#upstream?.isStateless === true;
  }

  /** The upstream session; undefined while the relay alone responds in the session. */
  get upstream(): UpstreamSession | undefined {
    return this.#upstream;
  }

  enterUpstream(upstream: UpstreamSession): void {
    this.#upstream = upstream;
  }

  /** Drops the upstream session; the next request starts another one. */
  leaveUpstream(): void {
    this.#upstream = undefined;
    this.events.clear();
    this.#upstreamLeft.abort(new DOMException('The session at the server was ended.', 'AbortError'));
    this.#upstreamLeft = new AbortController();
  }

  /** Aborted when the current upstream session is left. */
  get upstreamLeft(): AbortSignal {
    return this.#upstreamLeft.signal;
  }

  /** Aborted when the session ends, for work that does not belong to a single request. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  close(): void {
    this.#closed.abort(new DOMException('The session ended.', 'AbortError'));
    this.leaveUpstream();
    this.#stream?.end();
  }

  /** Cancels the running request with this ID, if there is one. */
  cancel(requestId: unknown): void {
    if (typeof requestId !== 'string' && typeof requestId !== 'number') return;
    this.running.get(requestId)?.abort(new DOMException('The caller cancelled the request.', 'AbortError'));
  }

  /** Whether the caller waits for a response or listens. */
  get isInUse(): boolean {
    return this.running.size > 0 || this.#stream !== undefined;
  }

  /**
   * Resolves at `notifications/initialized`, which requests on parallel sockets may overtake. Some clients
   * never send it.
   */
  async untilInitialized(clock: Clock): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = clock.after(initializedDeadline, late.resolve);
    await Promise.race([this.#initialized.promise, late.promise]);
    timer.dispose();
  }

  markInitialized(): void {
    this.#initialized.resolve();
  }

  /** The name that the caller's client provides; undefined for callers that have one name for all clients. */
  get clientName(): string | undefined {
    return this.caller.kind === 'agentHost' ? clientName(this.initialize) : undefined;
  }

  /** Whether the caller can show the user a URL to open (MCP 2025-11-25, `elicitation.url`). */
  get showsCards(): boolean {
    return this.#elicitation?.url !== undefined;
  }

  /**
   * Whether the caller can show a form of the relay (MCP 2025-06-18; an elicitation capability without modes
   * means forms).
   */
  get showsForms(): boolean {
    const can = this.#elicitation;
    return can !== undefined && (can.form !== undefined || can.url === undefined);
  }

  /** Shows a card on `stream` and waits for the user's answer. */
  async elicit(stream: EventStream, url: string, message: string): Promise<ElicitationAnswer> {
    const { id, answer } = this.#issue();
    void stream.message(urlElicitation(id, url, message));
    return (await answer).action;
  }

  /**
   * Asks a question on `stream` and waits for the user's answer.
   *
   * @param signal withdraws the question when aborted
   * @returns the entered values; undefined if the user declined or closed the question, or it was withdrawn
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

  /** @returns whether the response belongs to an elicitation of the relay, even if it is late */
  settleElicitation(id: RequestId, result: Readonly<Record<string, unknown>> | undefined): boolean {
    if (!this.#issued.has(id)) return false;
    const action = result?.['action'];
    const said = action === 'accept' || action === 'decline' ? action : 'cancel';
    this.#elicitations.get(id)?.({ action: said, content: result?.['content'] });
    this.#elicitations.delete(id);
    return true;
  }

  /** Creates an elicitation with an unpredictable ID, so that only its answer can contain the ID. */
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

  /**
   * Sets the stream for messages outside a call. It is always the newest one, because callers ignore older
   * ones.
   */
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

/** The names that users know, for clients that provide a different one. */
const knownNames = new Map([['copilot-cli', 'Copilot']]);

/** Returns the client's name from `initialize`, as text for display; undefined if there is no usable name. */
function clientName({ params }: JSONRPCRequest): string | undefined {
  const client = ImplementationSchema.safeParse(params?.['clientInfo']).data;
  if (client === undefined) return undefined;
  return displayText(client.title) ?? knownNames.get(client.name) ?? displayText(client.name);
}

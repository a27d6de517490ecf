import { ErrorCode, type Tool } from '@modelcontextprotocol/sdk/types.js';
import type { AuthorizedOutcome, ConsentNeed } from '../../broker/fetch/authorizedFetch.js';
import type { CallEnding, RefusalReason } from '../../broker/calls/callRecord.js';
import { accountName, type Credential } from '../../broker/accounts/credential.js';
import {
  refusals,
  signedIn,
  againLine,
  signedInLine,
  signInToolName,
  type ConsentSubject,
} from '../../mcp/consentTexts.js';
import { listChangedMessages, textResult } from '../../mcp/relayMessages.js';
import { displayText } from '../../base/displayText.js';
import type { Refusal } from '../callers/callerPolicy.js';
import type { ConsentInStream } from './consentInStream.js';
import { describeRequest, judged, type InFlightRequest } from '../callers/inFlightRequest.js';
import type { CallerTasks } from './callerTasks.js';
import type { FirstUse } from './firstUse.js';
import type { ToolLists } from './toolLists.js';
import type { ToolGate } from './toolGate.js';
import type { ToolTitles } from './toolTitles.js';
import type { UpstreamResponses } from './upstreamResponse.js';
import { refuseWithoutResponse } from './upstreamFailure.js';
import { untilAborted } from '../../base/abort.js';
import type { UpstreamSender } from '../upstream/upstreamSender.js';
import type { UpstreamSessions } from '../upstream/upstreamSessions.js';
import type { ToolScopes } from '../../broker/tools/toolScopes.js';
import type { ServerProfiles } from '../upstream/serverProfiles.js';

/** How often one request may ask the user; after that the server wants something that no consent gives. */
const consentLimit = 3;
/** Methods that the revision without sessions does not have, and does not need. */
const needsNoUpstream = new Set(['ping', 'logging/setLevel']);

/** What a rule decides: the request goes on, has its response, is refused, or is an error of the caller's. */
type Decision = 'goOn' | 'responded' | Refusal | { readonly code: ErrorCode; readonly message: string };
type Rule = (request: InFlightRequest) => Decision | Promise<Decision>;

export interface RelayedRequestParts {
  readonly sender: UpstreamSender;
  readonly upstreams: UpstreamSessions;
  readonly responses: UpstreamResponses;
  readonly lists: ToolLists;
  readonly consent: ConsentInStream;
  readonly tasks: CallerTasks;
  readonly gate: ToolGate;
  readonly lessons: ScopeLessons;
  readonly firstUse: FirstUse;
  readonly titles: ToolTitles;
}

/** Takes one request from its arrival to its response, asking for consent on the way if it is needed. */
export class RelayedRequests {
  /** What a request has to pass when it arrives. */
  readonly #onArrival: readonly Rule[] = [
    (request) => this.#ownTask(request),
    callersPolicy,
    namedTool,
    pingWithoutServer,
    (request) => this.#resumedConsent(request),
  ];
  /** What it has to pass before each sending, because a rule can have changed while it waited. */
  readonly #beforeSending: readonly Rule[] = [(request) => this.parts.gate.judge(request)];

  constructor(private readonly parts: RelayedRequestParts) {}

  async run(request: InFlightRequest): Promise<void> {
    try {
      await this.#run(request);
    } catch (error) {
      if (request.silence === undefined || request.signal.aborted) throw error;
      refuseWithoutResponse(request, request.silence);
    }
  }

  async #run(request: InFlightRequest): Promise<void> {
    let need: ConsentNeed | undefined;
    if (await isSettled(request, this.#onArrival)) return;
    for (let round = 0; round <= consentLimit; round++) {
      if (await isSettled(request, this.#beforeSending)) return;
      const outcome = await this.#send(request);
      if (outcome === 'responded') return;
      await this.parts.lessons.take(request, outcome);
      if (outcome.kind === 'consentNeeded') ({ need } = outcome);
      const isLast = round === consentLimit;
      if (await isSettled(request, [() => this.#afterSending(request, outcome, need, isLast)])) return;
    }
    request.refuse(refusals.notSettled(subjectOf(request, need)), refused('notSettled'));
  }

  /** What becomes of a request that was sent, or could not be. `goOn` sends it again. */
  async #afterSending(
    request: InFlightRequest,
    outcome: AuthorizedOutcome,
    need: ConsentNeed | undefined,
    isLast: boolean,
  ): Promise<Decision> {
    switch (outcome.kind) {
      case 'response':
        await this.parts.responses.relay(request, outcome.response, outcome.credential);
        return 'responded';
      case 'otherAccount':
        // The session of the account before is left; the request, which did not run, is sent in a new one.
        return 'goOn';
      default:
    }
    if (await this.#isListedHere(request)) return 'responded';
    switch (outcome.kind) {
      case 'notUsedHere':
        return this.parts.firstUse.judge(request, outcome);
      case 'denied':
        return { text: refusals.denied(subjectOf(request, need), outcome.detail), reason: 'denied' };
      case 'failed':
        return { text: refusals.unreachable(subjectOf(request, need), outcome.detail) };
      case 'consentNeeded': {
        const { policy } = request.session.caller;
        if (policy !== undefined) return policy.askForConsent(judged(request), outcome.need);
        return isLast ? 'goOn' : this.#consent(request, outcome.need);
      }
    }
  }

  async #consent(request: InFlightRequest, need: ConsentNeed): Promise<Decision> {
    const consent = await this.parts.consent.obtain(request, need);
    if (consent.kind === 'asked') return 'responded';
    if (consent.kind === 'refused') return consent;
    sayGranted(request, consent.credential);
    return 'goOn';
  }

  /** A task belongs to the caller that began it (MCP 2025-11-25, tasks). */
  #ownTask(request: InFlightRequest): Decision {
    const isAboutTask = request.request.method.startsWith('tasks/');
    return isAboutTask && this.parts.tasks.isForeign(request)
      ? { code: ErrorCode.InvalidParams, message: 'This caller has no task with that ID.' }
      : 'goOn';
  }

  /** A request that was responded to with a question comes again with the answer (MCP 2026-07-28). */
  async #resumedConsent(request: InFlightRequest): Promise<Decision> {
    const { asked, accepted = false } = request.resumed ?? {};
    if (asked === undefined) return 'goOn';
    const consent = await this.parts.consent.resume(request, asked, accepted);
    if (consent.kind === 'refused') return consent;
    sayGranted(request, consent.credential);
    return 'goOn';
  }

  /** Sends the request once, after a session was begun at the server if there is none. */
  async #send(request: InFlightRequest): Promise<AuthorizedOutcome | 'responded'> {
    const { session } = request;
    await this.parts.upstreams.leaveIfAccountChanged(session);
    if (session.upstream === undefined) {
      const attached = await untilAborted(this.parts.upstreams.attach(session, true), request.signal);
      if (attached.kind !== 'attached') return attached;
      await this.#welcome(request);
    }
    const { upstream } = session;
    if (upstream === undefined) return { kind: 'otherAccount' };
    if (request.tool === signInToolName) {
      const tools = await this.parts.upstreams.listTools(session, request.signal);
      if (tools.kind !== 'listed') return tools;
      // VS Code lists stored tools in a new window, so it can call `sign_in` after the sign-in.
      if (session.offeredSignIn || !tools.names.includes(signInToolName)) {
        request.respond(
          textResult(
            signedIn(
              session.server.name,
              tools.names.map((name) => displayText(name) ?? '…'),
            ),
          ),
        );
        return 'responded';
      }
    }
    if (session.isBridged && needsNoUpstream.has(request.request.method)) {
      request.respond({});
      return 'responded';
    }
    request.sentIn = upstream;
    request.awaitUpstream();
    const message = session.isBridged ? request.request : request.body;
    return this.parts.sender.send(session, 'POST', message, {
      callerHeaders: request.incoming.headers,
      tool: request.tool,
      signal: request.upstreamSignal,
      onSend: (credential) => request.call?.sentWith(credential),
    });
  }

  /** The caller has the lists of a signed-out server; notified inside the call, it lists again before it takes the result. */
  async #welcome(request: InFlightRequest): Promise<void> {
    const tellsHere = request.tool !== undefined && request.acceptsEventStream;
    for (const message of listChangedMessages()) {
      if (tellsHere) await request.stream().message(message);
      else request.session.push(message);
    }
  }

  /** Lists never ask for consent: nothing opens because an editor looked. */
  async #isListedHere(request: InFlightRequest): Promise<boolean> {
    const { session } = request;
    const result = this.parts.lists.responseTo(session, request.request.method);
    if (result === undefined) return false;
    const { tools } = result as { tools?: readonly Tool[] };
    request.respond(
      tools === undefined ? result : { ...result, tools: await this.parts.titles.titled(session, tools) },
    );
    return true;
  }
}

/** @returns whether a rule has decided that the request does not go on; it then has its response */
async function isSettled(request: InFlightRequest, rules: readonly Rule[]): Promise<boolean> {
  for (const rule of rules) {
    const decision = await rule(request);
    if (decision === 'goOn') continue;
    if (decision === 'responded') return true;
    if ('code' in decision) request.fail(decision.code, decision.message);
    else request.refuse(decision.text, decision.reason && refused(decision.reason));
    return true;
  }
  return false;
}

function callersPolicy(request: InFlightRequest): Decision {
  const verdict = request.session.caller.policy?.judge(judged(request));
  if (verdict === undefined || 'text' in verdict) return verdict ?? 'goOn';
  request.respond(verdict.result);
  return 'responded';
}

/** A server that reads the name from elsewhere would run a tool that no rule was applied to. */
function namedTool({ request, tool }: InFlightRequest): Decision {
  const isUnnamed = request.method === 'tools/call' && tool === undefined;
  return isUnnamed ? { code: ErrorCode.InvalidParams, message: 'The call does not name a tool.' } : 'goOn';
}

function pingWithoutServer(request: InFlightRequest): Decision {
  if (request.request.method !== 'ping' || request.session.upstream !== undefined) return 'goOn';
  request.respond({});
  return 'responded';
}

function refused(reason: RefusalReason): CallEnding {
  return { outcome: 'refused', reason };
}

function sayGranted(request: InFlightRequest, credential: Credential): void {
  if (request.tool === signInToolName && request.session.offeredSignIn) request.call?.sentWith(credential);
  const { t } = request.session;
  if (request.tool === signInToolName) request.progress(signedInLine(accountName(credential), t));
  else if (request.tool !== undefined) request.progress(againLine(request.tool, t));
}

function subjectOf(request: InFlightRequest, need: ConsentNeed | undefined): ConsentSubject {
  return {
    server: request.session.server.name,
    what: describeRequest(request),
    scopes: need?.kind === 'stepUp' ? need.missing : [],
  };
}

/** Learns from what a tool call met at its server which scopes the tool needs. */
export class ScopeLessons {
  constructor(
    private readonly toolScopes: ToolScopes,
    private readonly profiles: ServerProfiles,
  ) {}

  /** A lesson that cannot be stored must not cost the response. */
  async take(request: InFlightRequest, outcome: AuthorizedOutcome): Promise<void> {
    if (request.tool !== undefined) await this.#take(request, request.tool, outcome).catch(() => undefined);
  }

  async #take(request: InFlightRequest, tool: string, outcome: AuthorizedOutcome): Promise<void> {
    const { server } = request.session;
    if (outcome.kind === 'consentNeeded' && outcome.need.kind === 'stepUp') {
      await this.toolScopes.challenged(server, tool, outcome.need.challenge.scopes ?? []);
    } else if (outcome.kind === 'response' && outcome.response.ok && outcome.credential !== undefined) {
      const declaration = this.profiles.declarations(server).find(({ name }) => name === tool);
      await this.toolScopes.letThrough(server, tool, outcome.credential.tokens.scopes, declaration);
    }
  }
}

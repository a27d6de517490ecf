import { ErrorCode, type Tool } from '@modelcontextprotocol/sdk/types.js';
import type { AgentConsents } from '../../broker/agents/agentConsents.js';
import type { AuthorizedFetch, AuthorizedOutcome, ConsentNeed } from '../../broker/fetch/authorizedFetch.js';
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
import { verdictOnAgent, askForAgent } from './agentPolicy.js';
import type { ConsentInStream } from './consentInStream.js';
import { describeRequest, type InFlightRequest } from '../callers/inFlightRequest.js';
import type { ResumedConsent } from '../callers/consentRounds.js';
import type { CallerTasks } from './callerTasks.js';
import type { FirstUse } from './firstUse.js';
import type { ToolLists } from './toolLists.js';
import type { ToolGate } from './toolGate.js';
import type { ToolTitles } from './toolTitles.js';
import type { UpstreamResponses } from './upstreamResponse.js';
import { refuseUnanswered } from './upstreamFailure.js';
import { untilAborted } from '../../base/abort.js';
import { accessOf, sessionOf, upstreamHeaders, upstreamPost } from '../upstream/upstreamRequest.js';
import type { UpstreamSessions } from '../upstream/upstreamSessions.js';
import type { ToolScopes } from '../../broker/tools/toolScopes.js';
import type { ServerProfiles } from '../upstream/serverProfiles.js';

/** How often one request may ask the user, before the server is believed to want something else. */
const consentLimit = 3;
/** What the revision without sessions has no word for, and needs none. */
const needsNoUpstream = new Set(['ping', 'logging/setLevel']);

/** Takes one request from its arrival to its answer, asking for consent on the way where it is needed. */
export class RelayedRequests {
  constructor(
    private readonly authorizedFetch: AuthorizedFetch,
    private readonly upstreams: UpstreamSessions,
    private readonly answers: UpstreamResponses,
    private readonly signedOut: ToolLists,
    private readonly consent: ConsentInStream,
    private readonly tasks: CallerTasks,
    private readonly gate: ToolGate,
    private readonly lessons: ScopeLessons,
    private readonly agentConsents: AgentConsents,
    private readonly firstUse: FirstUse,
    private readonly titles: ToolTitles,
  ) {}

  async run(held: InFlightRequest): Promise<void> {
    try {
      await this.#run(held);
    } catch (error) {
      if (held.silence === undefined || held.signal.aborted) throw error;
      refuseUnanswered(held, held.silence);
    }
  }

  async #run(held: InFlightRequest): Promise<void> {
    const { session, request } = held;
    if (this.tasks.isForeign(held)) {
      held.fail(ErrorCode.InvalidParams, 'This caller began no task of that id.');
      return;
    }
    const verdict = verdictOnAgent(held);
    if (verdict !== undefined) {
      if (verdict.kind === 'answered') held.answer(verdict.result);
      else held.refuse(verdict.text, refused(verdict.reason));
      return;
    }
    if (request.method === 'tools/call' && held.tool === undefined) {
      // A server that reads the name from elsewhere would run what nobody judged.
      held.fail(ErrorCode.InvalidParams, 'The call names no tool.');
      return;
    }
    if (request.method === 'ping' && session.upstream === undefined) {
      held.answer({});
      return;
    }
    if (held.resumed !== undefined && !(await this.#resume(held, held.resumed))) return;
    let need: ConsentNeed | undefined;
    for (let asked = 0; asked <= consentLimit; asked++) {
      const refusal = await this.gate.refusal(held);
      if (refusal !== undefined) {
        held.refuse(refusal.text, refused(refusal.reason));
        return;
      }
      const outcome = await this.#attempt(held);
      if (outcome === 'answered') return;
      await this.lessons.take(held, outcome);
      // Its session is left, and the call that did not run is made in one of the next user's.
      if (outcome.kind === 'otherAccount') continue;
      if (outcome.kind === 'response') {
        await this.answers.relay(held, outcome.response, outcome.credential);
        return;
      }
      if (await this.#answerAlone(held)) return;
      if (outcome.kind === 'notUsedHere') {
        const notHere = await this.firstUse.refusal(held, outcome);
        if (notHere === undefined) continue;
        held.refuse(notHere.text, refused(notHere.reason));
        return;
      }
      if (outcome.kind !== 'consentNeeded') {
        const isDenied = outcome.kind === 'denied';
        const say = isDenied ? refusals.denied : refusals.unreachable;
        const ending = isDenied ? refused('denied') : undefined;
        held.refuse(say(subjectOf(held, need), outcome.detail), ending);
        return;
      }
      need = outcome.need;
      if (session.caller.agent !== undefined) {
        const { text, reason } = await askForAgent(held, session.caller.agent, need, this.agentConsents);
        held.refuse(text, refused(reason));
        return;
      }
      if (asked === consentLimit) break;
      const consent = await this.consent.obtain(held, need);
      if (consent.kind === 'asked') return;
      if (consent.kind === 'refused') {
        held.refuse(consent.text, refused(consent.reason));
        return;
      }
      sayGranted(held, consent.credential);
    }
    held.refuse(refusals.notSettled(subjectOf(held, need)), refused('notSettled'));
  }

  /** @returns whether to go on with a request that was answered with a question before */
  async #resume(held: InFlightRequest, { asked, accepted }: ResumedConsent): Promise<boolean> {
    if (asked === undefined) return true;
    const consent = await this.consent.resume(held, asked, accepted);
    if (consent.kind === 'refused') held.refuse(consent.text, refused(consent.reason));
    else sayGranted(held, consent.credential);
    return consent.kind === 'granted';
  }

  /** One try at the upstream, beginning a session there first where there is none. */
  async #attempt(held: InFlightRequest): Promise<AuthorizedOutcome | 'answered'> {
    const { session } = held;
    await this.upstreams.leaveIfAccountChanged(session);
    if (session.upstream === undefined) {
      const attached = await untilAborted(this.upstreams.attach(session, true), held.signal);
      if (attached.kind !== 'attached') return attached;
      await this.#welcome(held);
    }
    const { upstream } = session;
    if (upstream === undefined) return { kind: 'otherAccount' };
    if (held.tool === signInToolName && session.offeredSignIn) {
      const tools = await this.upstreams.listTools(session, held.signal);
      if (tools.kind !== 'listed') return tools;
      held.answer(
        textResult(
          signedIn(
            session.server.name,
            tools.names.map((name) => displayText(name) ?? '…'),
          ),
        ),
      );
      return 'answered';
    }
    if (session.isBridged && needsNoUpstream.has(held.request.method)) {
      held.answer({});
      return 'answered';
    }
    const post = session.isBridged
      ? upstreamPost(session, held.request, held.incoming.headers)
      : { headers: upstreamHeaders('POST', upstream, held.incoming.headers), body: held.body };
    held.sentIn = upstream;
    held.awaitUpstream();
    return this.authorizedFetch.send(session.server, {
      method: 'POST',
      ...post,
      session: sessionOf(upstream),
      ...accessOf(session),
      signal: held.upstreamSignal,
      ...(held.tool !== undefined && { tool: held.tool }),
      onSend: (credential) => held.call?.sentWith(credential),
    });
  }

  /** The caller listed a signed-out server; told inside the call, it lists again before it takes the result. */
  async #welcome(held: InFlightRequest): Promise<void> {
    const tellsHere = held.tool !== undefined && held.acceptsEventStream;
    for (const message of listChangedMessages()) {
      if (tellsHere) await held.stream().message(message);
      else held.session.push(message);
    }
  }

  /** Lists never ask for consent: nothing pops up because an editor looked. */
  async #answerAlone(held: InFlightRequest): Promise<boolean> {
    const { session } = held;
    const result = this.signedOut.answerTo(session, held.request.method);
    if (result === undefined) return false;
    const { tools } = result as { tools?: readonly Tool[] };
    held.answer(
      tools === undefined ? result : { ...result, tools: await this.titles.titled(session, tools) },
    );
    return true;
  }
}

function refused(reason: RefusalReason): CallEnding {
  return { outcome: 'refused', reason };
}

function sayGranted(held: InFlightRequest, credential: Credential): void {
  if (held.tool === signInToolName && held.session.offeredSignIn) held.call?.sentWith(credential);
  const { t } = held.session;
  if (held.tool === signInToolName) held.progress(signedInLine(accountName(credential), t));
  else if (held.tool !== undefined) held.progress(againLine(held.tool, t));
}

function subjectOf(held: InFlightRequest, need: ConsentNeed | undefined): ConsentSubject {
  return {
    server: held.session.server.name,
    what: describeRequest(held),
    scopes: need?.kind === 'stepUp' ? need.missing : [],
  };
}

/** Learns from what a tool call met at its server which scopes the tool needs. */
export class ScopeLessons {
  constructor(
    private readonly toolScopes: ToolScopes,
    private readonly profiles: ServerProfiles,
  ) {}

  /** What cannot be remembered is no reason to lose an answer. */
  async take(held: InFlightRequest, outcome: AuthorizedOutcome): Promise<void> {
    if (held.tool !== undefined) await this.#take(held, held.tool, outcome).catch(() => undefined);
  }

  async #take(held: InFlightRequest, tool: string, outcome: AuthorizedOutcome): Promise<void> {
    const { server } = held.session;
    if (outcome.kind === 'consentNeeded' && outcome.need.kind === 'stepUp') {
      await this.toolScopes.challenged(server, tool, outcome.need.challenge.scopes ?? []);
    } else if (outcome.kind === 'response' && outcome.response.ok && outcome.credential !== undefined) {
      const declaration = this.profiles.declarations(server).find(({ name }) => name === tool);
      await this.toolScopes.letThrough(server, tool, outcome.credential.tokens.scopes, declaration);
    }
  }
}

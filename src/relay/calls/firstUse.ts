import type { AuthorizedOutcome } from '../../broker/fetch/authorizedFetch.js';
import { accountLabel } from '../../broker/accounts/credential.js';
import type { Clock } from '../../base/clock.js';
import type { UseHere } from '../../broker/tokens/useHere.js';
import { untilAborted } from '../../base/abort.js';
import { firstUseRefusals, type FirstUseSubject } from '../../mcp/firstUseTexts.js';
import { waitingForFirstUse } from '../../mcp/consentTexts.js';
import { displayText } from '../../base/displayText.js';
import type { Refusal } from '../callers/callerPolicy.js';
import { describeRequest, type InFlightRequest } from '../callers/inFlightRequest.js';
import { UserWait } from './userWait.js';

/** Asks about the first use of a sign-in on this machine when a call needs it, and holds the call meanwhile. */
export class FirstUse {
  constructor(
    private readonly use: UseHere | undefined,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns `goOn` if the sign-in may be used by now
   * @throws the reason of the request's signal, if the caller left or cancelled
   */
  async judge(
    inFlight: InFlightRequest,
    { server, credential, decision }: Extract<AuthorizedOutcome, { kind: 'notUsedHere' }>,
  ): Promise<'goOn' | Refusal> {
    const account = displayText(accountLabel(credential)) ?? server.name;
    const subject: FirstUseSubject = { what: describeRequest(inFlight), server: server.name, account };
    if (this.use === undefined || decision === 'declined') return declined(subject);
    const asking = this.use.ask(server, credential);
    if (inFlight.session.caller.policy !== undefined) {
      // A caller that acts without its user is never held.
      asking.catch(() => undefined);
      return { text: firstUseRefusals.asked(subject), reason: 'consentMissing' };
    }
    if (inFlight.acceptsEventStream) inFlight.stream();
    inFlight.progress(waitingForFirstUse(inFlight.session.t));
    const wait = new UserWait(inFlight, this.clock);
    try {
      return (await untilAborted(asking, wait.signal)) === 'allowed' ? 'goOn' : declined(subject);
    } catch (error) {
      if (inFlight.signal.aborted || !wait.isOver) throw error;
      // The question stays open; its answer counts for the next call.
      return { text: firstUseRefusals.timedOut(subject), reason: 'timedOut' };
    } finally {
      wait.dispose();
    }
  }
}

function declined(subject: FirstUseSubject): Refusal {
  return { text: firstUseRefusals.declined(subject), reason: 'declined' };
}

import type { AuthorizedOutcome } from '../../broker/fetch/authorizedFetch.js';
import { accountLabel } from '../../broker/accounts/credential.js';
import type { RefusalReason } from '../../broker/calls/callRecord.js';
import type { Clock } from '../../base/clock.js';
import type { UseHere } from '../../broker/tokens/useHere.js';
import { untilAborted } from '../../base/abort.js';
import { firstUseRefusals, type FirstUseSubject } from '../../mcp/firstUseTexts.js';
import { waitingForFirstUse } from '../../mcp/consentTexts.js';
import { displayText } from '../../base/displayText.js';
import { describeRequest, type InFlightRequest } from '../callers/inFlightRequest.js';
import { UserWait } from './userWait.js';

/** A call that must not be sent. */
export interface FirstUseRefusal {
  /** For the model. */
  readonly text: string;
  /** For the record. */
  readonly reason: RefusalReason;
}

/** Asks about the first use of a sign-in on this machine where a call needs it, and holds the call meanwhile. */
export class FirstUse {
  constructor(
    private readonly use: UseHere | undefined,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns undefined where the sign-in may be used by now
   * @throws the reason of the request's signal, where the caller left or cancelled
   */
  async refusal(
    held: InFlightRequest,
    { server, credential, decision }: Extract<AuthorizedOutcome, { kind: 'notUsedHere' }>,
  ): Promise<FirstUseRefusal | undefined> {
    const account = displayText(accountLabel(credential)) ?? server.name;
    const subject: FirstUseSubject = { what: describeRequest(held), server: server.name, account };
    if (this.use === undefined || decision === 'declined') return declined(subject);
    const asking = this.use.ask(server, credential);
    if (held.session.caller.agent !== undefined) {
      // An agent is never held waiting for the user.
      asking.catch(() => undefined);
      return { text: firstUseRefusals.asked(subject), reason: 'consentMissing' };
    }
    if (held.acceptsEventStream) held.stream();
    held.progress(waitingForFirstUse(held.session.t));
    const wait = new UserWait(held, this.clock);
    try {
      return (await untilAborted(asking, wait.signal)) === 'allowed' ? undefined : declined(subject);
    } catch (error) {
      if (held.signal.aborted || !wait.isOver) throw error;
      // The question stays open; its answer counts for the next call.
      return { text: firstUseRefusals.timedOut(subject), reason: 'timedOut' };
    } finally {
      wait.dispose();
    }
  }
}

function declined(subject: FirstUseSubject): FirstUseRefusal {
  return { text: firstUseRefusals.declined(subject), reason: 'declined' };
}

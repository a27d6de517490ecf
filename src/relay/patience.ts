import type { AuthorizedOutcome } from '../broker/authorizedFetch.js';
import type { Clock } from '../broker/ports.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import { UnboundedAnswerError } from './upstreamBody.js';

/** Longest wait for what the relay asks by itself, in milliseconds. */
const patience = 30_000;

/**
 * Does what the relay asks an upstream by itself, and ends in words where the upstream does not answer or
 * answers without end.
 *
 * @throws the signal's reason
 */
export async function patiently<Outcome>(
  clock: Clock,
  server: ServerConfig,
  method: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Outcome>,
): Promise<Outcome | Extract<AuthorizedOutcome, { kind: 'failed' }>> {
  const late = new AbortController();
  const timer = clock.after(patience, () => late.abort());
  const { host } = new URL(server.url);
  try {
    return await work(AbortSignal.any([signal, late.signal]));
  } catch (error) {
    if (signal.aborted) throw error;
    if (late.signal.aborted)
      return { kind: 'failed', detail: `${host} did not answer ${method} within ${patience / 1000} s.` };
    if (!(error instanceof UnboundedAnswerError)) throw error;
    return { kind: 'failed', detail: `${host} cannot be used: ${error.message}` };
  } finally {
    timer.dispose();
  }
}

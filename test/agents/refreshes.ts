import type { DemoAuthorizationServer } from '../demo/authorizationServer.js';

/** Tokens are renewed at four fifths of their lifetime. The margin allows for clocks and the network. */
const soonest = 0.75;

/**
 * Returns the refreshes in the authorization server's log since a moment. Each one needs a token close to
 * its expiry, so two of them always have a minimum distance.
 *
 * @param since milliseconds since the epoch
 */
export function refreshesSince(
  authorizationServer: DemoAuthorizationServer,
  since: number,
  lifetimeSeconds: number,
): { readonly count: number; readonly needless: number; readonly reuses: number } {
  const issued = ['token', 'refresh'] as const;
  const times = issued.flatMap((kind) => authorizationServer.eventsOf(kind)).sort((a, b) => a.at - b.at);
  const isNeedless = (at: number, before: number) => at - before < lifetimeSeconds * 1000 * soonest;
  const refreshes = times.filter(({ kind, at }) => kind === 'refresh' && at >= since);
  const needless = refreshes.filter((event) => {
    const before = times[times.indexOf(event) - 1];
    return before !== undefined && isNeedless(event.at, before.at);
  });
  return {
    count: refreshes.length,
    needless: needless.length,
    reuses: authorizationServer.eventsOf('reuse').length,
  };
}

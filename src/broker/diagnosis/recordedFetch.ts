import type { Fetch } from '../../oauth/httpContext.js';
import { networkFailure } from '../../oauth/boundedFetch.js';
import { displayText, shownAddress } from '../../base/displayText.js';
import type { Clock } from '../../base/clock.js';

/** A request as it may be shown to anybody: its address without the query, and no header or body. */
export interface RecordedRequest {
  readonly method: string;
  readonly address: string;
  /** Status and content type, or why no answer came. */
  readonly answer: string;
  /** Milliseconds until the answer began. */
  readonly took: number;
}

/** A `fetch` that keeps a list of what it asked and how it was answered. */
export function recordedFetch(
  fetch: Fetch,
  clock: Clock,
): { readonly fetch: Fetch; readonly requests: RecordedRequest[] } {
  const requests: RecordedRequest[] = [];
  return {
    requests,
    fetch: async (url, init, addresses) => {
      const begun = clock.now();
      const keep = (answer: string) => {
        const method = init.method ?? 'GET';
        requests.push({ method, address: shownAddress(url), answer, took: clock.now() - begun });
      };
      try {
        // Those that were judged: a name that is resolved again may lead elsewhere by then.
        const response = await fetch(url, init, addresses);
        const type = displayText(response.headers.get('content-type'));
        keep(type === undefined ? String(response.status) : `${response.status} ${type}`);
        return response;
      } catch (error) {
        keep(init.signal?.aborted === true ? 'given up' : networkFailure(new URL(url).host, error));
        throw error;
      }
    },
  };
}

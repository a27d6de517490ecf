import { serverWords } from './serverWords.js';

/**
 * Why a `fetch` got no answer, as a sentence that names the host and the hop that failed. System error codes
 * are the same on every platform; the texts beside them are not, and can hold anything.
 *
 * @param unreachableNote a further sentence, for where nothing of the host was reached
 */
export function networkFailure(host: string, error: unknown, unreachableNote?: string): string {
  const code = networkErrorCode(error);
  const sentence = failureSentence(host, code);
  const hasAnswered = code !== undefined && (closedEarly.has(code) || isOfCertificate(code));
  return hasAnswered || unreachableNote === undefined ? sentence : `${sentence} ${unreachableNote}`;
}

function failureSentence(host: string, code: string | undefined): string {
  switch (code) {
    case undefined:
      return `${host} could not be reached.`;
    case 'ECONNREFUSED':
      return `Nothing answers at ${host}: the connection was refused.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The name ${host} could not be resolved (${code}).`;
    case 'ECONNRESET':
    case 'UND_ERR_SOCKET':
      return `${host} closed the connection before it answered.`;
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
      return `${host} did not answer in time.`;
    default:
      return isOfCertificate(code)
        ? `The TLS certificate of ${host} was not accepted (${code}).`
        : `${host} could not be reached (${code}).`;
  }
}

const closedEarly: ReadonlySet<string> = new Set(['ECONNRESET', 'UND_ERR_SOCKET']);

function isOfCertificate(code: string): boolean {
  return /CERT|TLS|SSL|ISSUER/.test(code);
}

/** `fetch` hides the system's error some causes deep. */
function networkErrorCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code)) return serverWords(code);
  }
  return undefined;
}

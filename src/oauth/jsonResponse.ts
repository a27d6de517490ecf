import { defined } from '../base/defined.js';
import { OAuthFlowError } from './oauthFlowError.js';
import { withoutSecrets, type Redacted } from '../base/redacted.js';
import { displayText, shownAddress } from '../base/displayText.js';

/** What a JSON object from the network is until each member has been looked at. */
export type UntrustedJson = Readonly<Record<string, unknown>>;

/**
 * The JSON object in an answer, whatever content type it was given: servers mislabel it, and what matters is
 * that it parses.
 * @throws OAuthFlowError `notJson`, naming the address and the content type
 */
export async function jsonResponse(answer: Response, url: string | URL): Promise<UntrustedJson> {
  const parsed = await jsonObject(answer);
  if (parsed !== undefined) return parsed;
  const type = displayText(answer.headers.get('content-type')?.split(';')[0]) ?? 'no content type';
  throw new OAuthFlowError('notJson', `${shownAddress(url)} returned ${type} instead of JSON.`, {
    url: shownAddress(url),
    status: answer.status,
    fix: 'Check that the address belongs to the MCP server and not to a web page.',
  });
}

/**
 * The `error` of an answer in the form of RFC 6749 §5.2 or RFC 7591 §3.2.2, whatever its status.
 * @param sent secrets of the request, which some servers repeat in their description
 */
export async function errorAnswer(
  answer: Response,
  sent: readonly (Redacted | undefined)[] = [],
): Promise<{ readonly error: string; readonly description?: string } | undefined> {
  const parsed = await jsonObject(answer);
  const words = (field: string) => {
    const text = parsed?.[field];
    return displayText(typeof text === 'string' ? withoutSecrets(text, sent) : text);
  };
  const error = words('error');
  if (error === undefined) return undefined;
  const description = words('error_description');
  return defined({ error, description });
}

async function jsonObject(answer: Response): Promise<UntrustedJson | undefined> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await answer.clone().text());
  } catch {
    return undefined;
  }
  return isObject(parsed) ? parsed : undefined;
}

export function isObject(value: unknown): value is UntrustedJson {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an array of strings without repetition, or undefined. */
export function stringArray(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) return undefined;
  return [...new Set(value)];
}

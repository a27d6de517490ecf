import { OAuthFlowError } from './oauthFlowError.js';
import { shownAddress } from './serverWords.js';

/**
 * A token endpoint's answer that calls itself a form, as GitHub's is unless asked otherwise, as the JSON
 * object with the same members; any other answer as it is.
 * @throws OAuthFlowError `invalidTokenResponse` where a member stands twice: which one counts is anybody's guess
 */
export async function withFormAsJson(answer: Response, endpoint: string): Promise<Response> {
  const type = answer.headers.get('content-type') ?? '';
  // Without a body, such as a 304, there is nothing to read.
  if (answer.body === null || !/^application\/x-www-form-urlencoded\b/i.test(type)) return answer;
  const text = await answer.clone().text();
  // JSON that is mislabelled is read as what it is.
  if (text.trimStart().startsWith('{')) return answer;
  const members = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (members.has(name)) {
      const url = shownAddress(endpoint);
      throw new OAuthFlowError(
        'invalidTokenResponse',
        `The token response of ${url} cannot be used: it repeats a member.`,
        { url },
      );
    }
    // An empty member says nothing, except of the scopes: there it says that there are none.
    if (value !== '' || name === 'scope') members.set(name, value);
  }
  const headers = new Headers(answer.headers);
  headers.set('content-type', 'application/json');
  return new Response(JSON.stringify(Object.fromEntries(members)), { status: answer.status, headers });
}

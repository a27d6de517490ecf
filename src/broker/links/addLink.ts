import { defined } from '../../base/defined.js';
import { addressOf } from '../../base/displayText.js';
import { isSecretName, isSecretValue } from '../settings/likelySecrets.js';
import { parseServerUrl, serverNameFault, type ServerEndpoint } from '../settings/serverSettings.js';
import { linkParameters, type LinkProblem } from './linkParameters.js';

/** The path of links that propose a server. */
export const addPath = '/add';

const parameters = ['url', 'name', 'type'] as const;
const longestAddress = 1_000;
const longestName = 60;

/** A server that a link proposes. Any page can open such a link, so all of it is the page's and not the user's. */
export interface AddLink extends ServerEndpoint {
  readonly name?: string;
}

/** Reads the query of a link to {@link addPath}. */
export function parseAddLink(query: string): { readonly link: AddLink } | { readonly problem: LinkProblem } {
  const read = linkParameters(query, parameters);
  if ('problem' in read) return read;
  const { url, name, type } = read.values;
  const fault = addressFault(url);
  if (fault !== undefined) return { problem: { field: 'url', message: fault } };
  const nameProblem = name === undefined ? undefined : linkNameFault(name);
  if (nameProblem !== undefined) return { problem: { field: 'name', message: nameProblem } };
  if (type !== undefined && type !== 'http' && type !== 'sse') {
    return { problem: { field: 'type', message: 'type must be “http” or “sse”, or omitted.' } };
  }
  const parsed = parseServerUrl(url ?? '');
  if ('problem' in parsed) return { problem: { field: 'url', message: parsed.problem } };
  return {
    link: defined({
      url: parsed.url,
      name: name?.trim(),
      type: type === 'sse' ? type : undefined,
    }),
  };
}

/**
 * The link that {@link parseAddLink} reads, with every value encoded once.
 *
 * @param editor.scheme of the editor's addresses, such as `vscode` or `vscode-insiders`
 */
export function addLinkOf(
  { url, name, type }: AddLink,
  editor: { readonly scheme: string; readonly extensionId: string },
): string {
  const values = Object.entries({ url, name, type }).filter(([, value]) => value !== undefined);
  const query = values.map(([key, value]) => `${key}=${encodeURIComponent(value ?? '')}`).join('&');
  return `${editor.scheme}://${editor.extensionId}${addPath}?${query}`;
}

/** Why an address cannot be in a link. `http:` is for this machine, which a page has no say in. */
function addressFault(text: string | undefined): string | undefined {
  if (text === undefined || text.trim() === '') return 'The link has no address (url=https://…).';
  if (text.length > longestAddress) return `The address is longer than ${longestAddress} characters.`;
  const url = addressOf(text.trim());
  if (url?.protocol === 'http:') {
    return 'The address must start with https://. To add a server that runs on your machine, use “MCP OAuth: Add Server…”.';
  }
  const secret = [...(url?.searchParams ?? [])].find(
    ([name, value]) => isSecretName(name) || isSecretValue(name, value),
  );
  if (secret !== undefined) {
    return `The address has the parameter “${secret[0].slice(0, 40)}”, which is for a credential. Links must not contain credentials; sign in instead.`;
  }
  // What cannot be read at all is explained by `parseServerUrl`.
  return undefined;
}

/** Stricter than for names that users type: what they cannot see, they cannot have meant. */
function linkNameFault(name: string): string | undefined {
  if (name.length > longestName) return `The name is longer than ${longestName} characters.`;
  if (/[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(name)) {
    return 'The name contains control or invisible characters.';
  }
  return serverNameFault(name.trim());
}

/** Chromium drops longer addresses of other schemes on their way to the operating system. */
const longestLink = 2_048;

/** Why a link is not followed. */
export interface LinkProblem {
  /** The parameter at fault; empty for the link itself. */
  readonly field: string;
  /** The fault and what to do, as a sentence. */
  readonly message: string;
}

/** The fault with the name of its parameter, unless the sentence begins with the name. */
export function linkProblemText({ field, message }: LinkProblem): string {
  return field === '' || message.startsWith(`${field} `) ? message : `${field}: ${message}`;
}

/** The editor's own parameter, which selects the window in which a link opens. */
const ofEditor = 'windowId';

/**
 * Parses the parameters of a link. Each may occur at most once, and only known ones are accepted.
 *
 * Links that come through the operating system were decoded once by the editor, as a whole; links that come through a
 * web editor's callback page were not. Therefore, a value is decoded here only if it still looks encoded. In the
 * first case, an `&` inside a value looks like one between parameters, so the text after it is refused as an unknown
 * parameter.
 *
 * @param query as VS Code passes it
 */
export function linkParameters<Name extends string>(
  query: string,
  known: readonly Name[],
): { readonly values: Readonly<Partial<Record<Name, string>>> } | { readonly problem: LinkProblem } {
  if (query.length > longestLink) {
    return { problem: { field: '', message: `The link is longer than ${longestLink} characters.` } };
  }
  const values: Partial<Record<Name, string>> = {};
  for (const pair of query.split('&').filter((part) => part !== '')) {
    const at = pair.indexOf('=');
    const written = at < 0 ? pair : pair.slice(0, at);
    if (written === ofEditor) continue;
    const name = known.find((one) => one === written);
    if (name === undefined) return { problem: unknown(written, known) };
    if (values[name] !== undefined) {
      return { problem: { field: name, message: `The link has “${name}” more than once.` } };
    }
    values[name] = decoded(at < 0 ? '' : pair.slice(at + 1));
  }
  return { values };
}

function unknown(name: string, known: readonly string[]): LinkProblem {
  const shown = name.length > 40 ? `${name.slice(0, 40)}…` : name;
  return {
    field: shown,
    message: `The link has the parameter “${shown}”, which is not one of ${known.join(', ')}. An address in a link cannot contain “&”.`,
  };
}

function decoded(value: string): string {
  // An address that was decoded once starts with its scheme. What is still encoded in it belongs to the address.
  if (/^https?:\/\//i.test(value) || !/%[0-9a-f]{2}/i.test(value)) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

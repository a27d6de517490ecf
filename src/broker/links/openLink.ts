import { linkParameters, type LinkProblem } from './linkParameters.js';

/** The path of links that show something, for support. */
export const openPath = '/open';

const views = ['calls', 'servers', 'log', 'diagnosis'] as const;
type View = (typeof views)[number];
const parameters = ['view', 'filter', 'server'] as const;
const longestText = 200;

/** What a link shows. Nothing that it names is started by it. */
export type OpenLink =
  | { readonly view: 'calls'; readonly filter: string }
  | { readonly view: 'servers' | 'log' }
  | { readonly view: 'diagnosis'; readonly server: string };

/** Reads the query of a link to {@link openPath}. */
export function parseOpenLink(
  query: string,
): { readonly link: OpenLink } | { readonly problem: LinkProblem } {
  const read = linkParameters(query, parameters);
  if ('problem' in read) return read;
  const { filter, server } = read.values;
  const view = views.find((one) => one === read.values.view);
  if (view === undefined) {
    return problem('view', `view must be one of ${views.join(', ')}.`);
  }
  for (const [name, text] of [
    ['filter', filter],
    ['server', server],
  ] as const) {
    if (text === undefined) continue;
    if (!takes[view].includes(name)) return problem(name, `view=${view} takes no “${name}”.`);
    if (text.length > longestText) return problem(name, `${name} is longer than ${longestText} characters.`);
    if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)) {
      return problem(name, `${name} contains invisible characters.`);
    }
  }
  switch (view) {
    case 'calls':
      return { link: { view, filter: callsFilter(filter, server) } };
    case 'diagnosis':
      if (server === undefined) return problem('server', 'view=diagnosis needs the name of a server.');
      return { link: { view, server } };
    case 'servers':
    case 'log':
      return { link: { view } };
  }
}

const takes: Readonly<Record<View, readonly string[]>> = {
  calls: ['filter', 'server'],
  diagnosis: ['server'],
  servers: [],
  log: [],
};

/** In the terms of `callFilter`; a quote would end the term. */
function callsFilter(filter = '', server = ''): string {
  const name = server.replaceAll('"', '').trim();
  return [filter.trim(), name === '' ? '' : `server:"${name}"`].filter((term) => term !== '').join(' ');
}

function problem(field: string, message: string): { readonly problem: LinkProblem } {
  return { problem: { field, message } };
}

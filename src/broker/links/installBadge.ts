import { addLinkOf, parseAddLink, type AddLink } from './addLink.js';
import type { LinkProblem } from './linkParameters.js';

/** What server authors put into a README. */
export interface InstallBadge {
  readonly markdown: string;
  /** With a second badge for VS Code Insiders. */
  readonly markdownForBoth: string;
  readonly html: string;
  /** For pages that allow no pictures, and for chats. */
  readonly link: string;
}

/**
 * GitHub and other sites remove links of other schemes than https from what they render, so the badge links to the page
 * with which VS Code's own install badges get around that: it opens the address that it is given.
 */
const redirector = 'https://vscode.dev/redirect?url=';
/**
 * A picture is needed when the README is read and never when a server is added. VS Code's own install badges come from
 * the same place, GitHub serves it through its cache, and a data: address would not be shown there.
 */
const pictures = 'https://img.shields.io/badge';

const editors = {
  stable: { scheme: 'vscode', label: 'Add to VS Code', picture: 'VS_Code-Add_Server-0098FF' },
  insiders: {
    scheme: 'vscode-insiders',
    label: 'Add to VS Code Insiders',
    picture: 'VS_Code_Insiders-Add_Server-24bfa5',
  },
} as const;
type Editor = (typeof editors)[keyof typeof editors];

/** Badges that open {@link parseAddLink}'s link, or why there can be no link. */
export function installBadge(
  link: AddLink,
  extensionId: string,
): { readonly badge: InstallBadge } | { readonly problem: LinkProblem } {
  const problem = linkFault(link, extensionId);
  if (problem !== undefined) return { problem };
  const href = ({ scheme }: Editor) => redirector + encoded(addLinkOf(link, { scheme, extensionId }));
  const { stable, insiders } = editors;
  const markdown = (editor: Editor) => `[![${editor.label}](${picture(editor)})](${href(editor)})`;
  return {
    badge: {
      markdown: markdown(stable),
      markdownForBoth: `${markdown(stable)} ${markdown(insiders)}`,
      html: `<a href="${href(stable)}"><img alt="${stable.label}" src="${picture(stable)}"></a>`,
      link: href(stable),
    },
  };
}

/** Every link is read here as the editor will read it: as it was written, and decoded once by the operating system. */
function linkFault(link: AddLink, extensionId: string): LinkProblem | undefined {
  const query = new URL(addLinkOf(link, { scheme: 'vscode', extensionId })).search.slice(1);
  for (const arrived of [query, decodeURIComponent(query)]) {
    const read = parseAddLink(arrived);
    if ('problem' in read) return read.problem;
    if (read.link.url !== link.url) return lost('url');
    if (read.link.name !== link.name) return lost('name');
  }
  return undefined;
}

function lost(field: string): LinkProblem {
  return { field, message: `The ${field} has a character such as “&” or “%” that a link cannot carry.` };
}

/** What `encodeURIComponent` leaves as it is would end a Markdown link or an HTML attribute. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function picture(editor: Editor): string {
  return `${pictures}/${editor.picture}?style=flat-square`;
}

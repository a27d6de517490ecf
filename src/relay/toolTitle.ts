import { serverWords } from '../oauth/serverWords.js';
import { inEnglish, type Translate } from '../mcp/translate.js';

/** A tool as a server lists it, as far as its title goes. */
export interface TitledTool {
  readonly name?: unknown;
  readonly title?: unknown;
  readonly annotations?: unknown;
}

/** What the title adds to the server's own. */
export interface ToolActor {
  /** The account that the next call acts as. */
  readonly account?: string;
  /** The sign-in lacks a scope that the tool is known to need. */
  readonly lacksAccess: boolean;
}

/** Longest title of the server's own and longest account, in graphemes: both fit in three lines of a narrow chat. */
const longestTitle = 60;
const longestAccount = 40;

/**
 * The tool with the account in its title: `Create a branch, as alice@example.org`. Clients show the title before the
 * user confirms a call, and models do not read it. The name, the description and everything else stay the server's.
 *
 * MCP 2025-06-18 prefers `title` to `annotations.title`; VS Code prefers the annotation (`mcpLanguageModelToolContribution.ts`),
 * so a tool that has both gets the account in both.
 */
export function titledTool<Tool extends TitledTool>(
  tool: Tool,
  actor: ToolActor,
  t: Translate = inEnglish,
): Tool {
  const { account, lacksAccess } = actor;
  if (account === undefined && !lacksAccess) return tool;
  const { annotations } = tool;
  const annotated = annotationTitle(annotations);
  const own = readable(tool.title) ?? readable(annotated) ?? readable(tool.name);
  if (own === undefined) return tool;
  const titled = { ...tool, title: titleWith(own, actor, t) };
  if (annotated === undefined || annotated === '') return titled;
  const title = titleWith(readable(annotated) ?? own, actor, t);
  return { ...titled, annotations: { ...(annotations as object), title } };
}

function titleWith(own: string, { account, lacksAccess }: ToolActor, t: Translate): string {
  const title = shortened(own, longestTitle);
  const named = readable(account);
  if (named === undefined) return lacksAccess ? t('{0} (needs more access)', title) : title;
  const shown = shortenedInside(named, longestAccount);
  return lacksAccess ? t('{0}, as {1} (needs more access)', title, shown) : t('{0}, as {1}', title, shown);
}

function annotationTitle(annotations: unknown): unknown {
  return typeof annotations === 'object' && annotations !== null && 'title' in annotations
    ? annotations.title
    : undefined;
}

/**
 * VS Code renders a title as Markdown: what a server wrote must not turn the account into a link's address, a comment
 * or struck-through text, or turn its direction by a character reference.
 */
function readable(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  return serverWords(text.replace(/[[\]<>`*|\\~]+/g, ' ').replace(/&(?=#?\w+;)/g, '& '));
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function charactersOf(text: string): readonly string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

function shortened(text: string, length: number): string {
  const characters = charactersOf(text);
  return characters.length <= length
    ? text
    : `${characters
        .slice(0, length - 1)
        .join('')
        .trimEnd()}…`;
}

/** Addresses differ at both ends: of a long one, the middle is left out. */
function shortenedInside(text: string, length: number): string {
  const characters = charactersOf(text);
  if (characters.length <= length) return text;
  const end = Math.floor((length - 1) / 2);
  return `${characters.slice(0, length - 1 - end).join('')}…${characters.slice(-end).join('')}`;
}

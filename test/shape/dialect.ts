import ts from 'typescript';
import type { Sources } from '../architecture/layers.js';

/** Words that plain English comments rarely need, by the group they are counted in. */
const dialect: Readonly<Record<string, RegExp>> = {
  'where (for if or when)': /\bwhere\b/gi,
  'said, says, told': /\b(said|says|told)\b/gi,
  'whoever, whose, whom, nobody': /\b(whoever|whose|whom|nobody)\b/gi,
  'what is': /\bwhat is\b/gi,
  'anew, mend, no more, is to be': /\b(anew|mend(s|ed)?|no more|is to be)\b/gi,
  user: /\busers?\b/gi,
};

/** Counts each group's words per 10,000 words of the comments. */
export function dialectFigures(sources: Sources): readonly (readonly [string, number])[] {
  const comments = [...sources.values()].flatMap(commentsOf).join('\n');
  const words = comments.match(/[\p{L}’']+/gu)?.length ?? 1;
  return Object.entries(dialect).map(([name, pattern]) => [
    name,
    Math.round(((comments.match(pattern)?.length ?? 0) * 100_000) / words) / 10,
  ]);
}

function commentsOf(text: string): readonly string[] {
  const file = ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest, true);
  const comments = new Map<number, string>();
  const visit = (node: ts.Node): void => {
    for (const range of ts.getLeadingCommentRanges(text, node.pos) ?? [])
      comments.set(range.pos, text.slice(range.pos, range.end));
    for (const range of ts.getTrailingCommentRanges(text, node.end) ?? [])
      comments.set(range.pos, text.slice(range.pos, range.end));
    for (const child of node.getChildren(file)) visit(child);
  };
  visit(file);
  return [...comments.values()];
}

import { applyEdits, findNodeAtLocation, modify, parseTree, type Node } from 'jsonc-parser';
import type { EntryPath } from './mcpClient.js';

type Members = Readonly<Record<string, unknown>>;

/**
 * Sets or removes one member in the text of a JSON file. Every other character stays; the library's own insertion
 * would also format the adjacent line.
 *
 * @param text of a file that has been parsed without a fault
 * @param value the new value of the member; undefined removes it
 */
export function withJsonMember(text: string, path: EntryPath, value: Members | undefined): string {
  if (value === undefined) return applyEdits(text, modify(text, [...path], undefined, {}));
  const style = styleOf(text);
  const root = parseTree(text, [], { allowTrailingComma: true });
  const name = path.at(-1);
  if (root === undefined || name === undefined)
    return `${written(nested(path, value), '', style)}${style.eol}`;
  const present = findNodeAtLocation(root, [...path]);
  if (present !== undefined)
    return replaced(text, present, written(value, indentationAt(text, present.parent ?? present), style));
  const object = findNodeAtLocation(root, path.slice(0, -1));
  if (object === undefined) return withJsonMember(text, path.slice(0, -1), { [name]: value });
  return withNewMember(text, object, name, value, style);
}

/** How a file is written. */
interface Style {
  /** One step of indentation. */
  readonly step: string;
  readonly eol: '\n' | '\r\n';
}

function styleOf(text: string): Style {
  return { step: /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ', eol: text.includes('\r\n') ? '\r\n' : '\n' };
}

function withNewMember(text: string, object: Node, name: string, value: Members, style: Style): string {
  const { offset, length, children = [] } = object;
  const [first] = children;
  const last = children.at(-1);
  const key = JSON.stringify(name);
  if (first === undefined || last === undefined) {
    const outer = indentationAt(text, object);
    const inner = outer + style.step;
    const member = `${style.eol}${inner}${key}: ${written(value, inner, style)}`;
    const within = text.slice(offset + 1, offset + length - 1);
    // What is within can be a comment.
    const rest = within.trim() === '' ? `${style.eol}${outer}` : within;
    return `${text.slice(0, offset + 1)}${member}${rest}${text.slice(offset + length - 1)}`;
  }
  const end = last.offset + last.length;
  const isOnLines = text.slice(offset, first.offset).includes('\n');
  const inner = indentationAt(text, last);
  const member = isOnLines
    ? `,${style.eol}${inner}${key}: ${written(value, inner, style)}`
    : `, ${key}: ${JSON.stringify(value)}`;
  return text.slice(0, end) + member + text.slice(end);
}

function replaced(text: string, { offset, length }: Node, by: string): string {
  return text.slice(0, offset) + by + text.slice(offset + length);
}

/** @param indentation of the line that the value begins on */
function written(value: Members, indentation: string, { step, eol }: Style): string {
  return JSON.stringify(value, undefined, step).replaceAll('\n', `${eol}${indentation}`);
}

/** The white space that the line of a node begins with. */
function indentationAt(text: string, { offset }: Node): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

function nested(path: EntryPath, value: Members): Members {
  return path.reduceRight<Members>((inner, name) => ({ [name]: inner }), value);
}

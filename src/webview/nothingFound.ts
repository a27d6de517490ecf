import { unknownTerm } from '../broker/calls/callFilter.js';
import type { ToolCallsWords } from './toolCallsProtocol.js';

/** What the page says where no call matches: also which term there is not, and what there is in place of it. */
export function nothingFound(filter: string, words: ToolCallsWords): string {
  const unknown = unknownTerm(filter);
  if (unknown === undefined) return words.nothingFound;
  const { what, term, known } = unknown;
  const sentence = what === 'field' ? words.unknownField : words.unknownValue;
  return sentence.replace('{0}', () => term).replace('{1}', () => known.join(' '));
}

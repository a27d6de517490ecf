import type { RecordedCall } from '../broker/calls/callRecord.js';
import { cellText } from './callRows.js';
import { columnNames, type ToolCallsTexts } from './toolCallsProtocol.js';

/** Shows all details of one call as a description list. */
export function showDetails(pane: HTMLElement, call: RecordedCall | undefined, words: ToolCallsTexts): void {
  if (call === undefined) {
    pane.replaceChildren(paragraph(words.details.none));
    return;
  }
  const list = document.createElement('dl');
  for (const [term, value] of facts(call, words)) {
    const name = document.createElement('dt');
    name.textContent = term;
    const description = document.createElement('dd');
    description.textContent = value;
    list.append(name, description);
  }
  pane.replaceChildren(list);
}

function facts(call: RecordedCall, words: ToolCallsTexts): readonly (readonly [string, string])[] {
  const { details, columns, locale } = words;
  const time = new Date(call.at).toLocaleString(locale, { dateStyle: 'full', timeStyle: 'medium' });
  const cells = columnNames.map(
    (name) => [columns[name], name === 'time' ? time : cellText(call, name, words)] as const,
  );
  const { asked, chat } = call;
  return [
    ...cells,
    ...(asked === undefined ? [] : [[details.asked, asked.join(' ')] as const]),
    ...(call.waited === 0 ? [] : [[details.waited, call.waited.toLocaleString(locale)] as const]),
    [details.address, call.serverUrl],
    ...(chat === undefined ? [] : [[details.conversation, chat.conversation] as const]),
    ...(chat?.request === undefined ? [] : [[details.request, chat.request] as const]),
    ...(call.arguments === undefined ? [] : [[details.arguments, call.arguments] as const]),
  ];
}

function paragraph(text: string): HTMLElement {
  const element = document.createElement('p');
  element.textContent = text;
  return element;
}

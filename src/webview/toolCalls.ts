import { callFilter } from '../broker/calls/callFilter.js';
import type { RecordedCall } from '../broker/calls/callRecord.js';
import { showDetails } from './callDetails.js';
import { CallRows, nothingFound } from './callRows.js';
import type { PageRequest, ToolCallsTexts, ToPage } from './toolCallsProtocol.js';

/** The API that the editor provides to the script of a page. */
declare function acquireVsCodeApi(): {
  postMessage(message: { readonly kind: PageRequest }): void;
  getState(): { readonly filter?: string; readonly selected?: string } | undefined;
  setState(state: { readonly filter: string; readonly selected: string | undefined }): void;
};

/** The number of calls that the ledger keeps. */
const mostCalls = 10_000;

const editor = acquireVsCodeApi();
const filter = part('filter') as HTMLInputElement;
const scroller = part('scroller');
let calls: readonly RecordedCall[] = [];
let rows: CallRows | undefined;
let words: ToolCallsTexts | undefined;

addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
  if (data.kind === 'filter') {
    filter.value = data.text;
    scroller.scrollTop = 0;
    show();
    return;
  }
  if (data.kind === 'calls') {
    words ??= data.words;
    calls = data.calls;
    begin(words);
  } else {
    const known = new Set(calls.map(({ id }) => id));
    const fresh = data.calls.filter(({ id }) => !known.has(id));
    calls = [...fresh, ...calls].sort((a, b) => b.at - a.at).slice(0, mostCalls);
  }
  show();
  // These calls are rendered before more are requested.
  if (data.kind !== 'added' && data.isMore) {
    requestAnimationFrame(() => setTimeout(() => editor.postMessage({ kind: 'older' })));
  }
});
filter.addEventListener('input', () => {
  scroller.scrollTop = 0;
  show();
});
filter.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && filter.value !== '') {
    filter.value = '';
    show();
  } else if (event.key === 'ArrowDown' || event.key === 'Enter') scroller.focus();
  else return;
  event.preventDefault();
});
scroller.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const by = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity, PageDown: page(), PageUp: -page() };
  if (event.key in by) rows?.move(by[event.key as keyof typeof by]);
  else if (event.key === 'Escape') rows?.select(undefined);
  else if (event.key.length === 1 && event.key !== ' ') {
    filter.focus();
    filter.setSelectionRange(filter.value.length, filter.value.length);
    // The key is then typed into the box that has received the focus.
    return;
  } else return;
  event.preventDefault();
});
for (const request of ['export', 'clear'] as const) {
  part(request).addEventListener('click', () => editor.postMessage({ kind: request }));
}
filter.value = editor.getState()?.filter ?? '';
editor.postMessage({ kind: 'ready' });

function begin(said: ToolCallsTexts): void {
  if (rows !== undefined) return;
  rows = new CallRows(scroller, part('rows'), said, (call) => {
    showDetails(part('details'), call, said);
    keep();
  });
  const selected = editor.getState()?.selected;
  rows.show(calls);
  rows.select(selected);
}

function show(): void {
  if (words === undefined) return;
  const found = filter.value.trim() === '' ? calls : calls.filter(callFilter(filter.value));
  document.body.classList.toggle('empty', calls.length === 0);
  part('nothing').textContent =
    calls.length > 0 && found.length === 0 ? nothingFound(filter.value, words) : '';
  part('count').textContent = words.count
    .replace('{0}', found.length.toLocaleString(words.locale))
    .replace('{1}', calls.length.toLocaleString(words.locale));
  rows?.show(found);
  keep();
}

function keep(): void {
  editor.setState({ filter: filter.value, selected: rows?.selected });
}

function page(): number {
  return rows?.pageLength ?? 1;
}

function part(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`no ${id} in the page`);
  return element;
}

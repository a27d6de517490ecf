import type { RecordedCall } from '../broker/calls/callRecord.js';
import { columnNames, type ColumnName, type ToolCallsTexts } from './toolCallsProtocol.js';
import { unknownTerm } from '../broker/calls/callFilter.js';

/** The height of a row in pixels, the same as in the style sheet. */
const rowHeight = 24;
/** The number of rows that are rendered above and below the visible ones, so that scrolling shows no gap. */
const margin = 12;

/**
 * Renders only the visible calls and a few around them, however many there are. Each row has a fixed position
 * in a box with the height of all rows. A row keeps its element while it is rendered, so that nothing
 * flickers.
 */
export class CallRows {
  readonly #rows = new Map<string, HTMLElement>();
  #calls: readonly RecordedCall[] = [];
  #selected: string | undefined;

  /** @param scroller scrolls `box`, and has the keyboard focus */
  constructor(
    private readonly scroller: HTMLElement,
    private readonly box: HTMLElement,
    private readonly words: ToolCallsTexts,
    private readonly onSelect: (call: RecordedCall | undefined) => void,
  ) {
    scroller.addEventListener('scroll', () => this.#draw());
    new ResizeObserver(() => this.#draw()).observe(scroller);
    box.addEventListener('click', ({ target }) => {
      const id =
        target instanceof Element ? target.closest<HTMLElement>('[data-id]')?.dataset['id'] : undefined;
      if (id !== undefined) this.select(id);
    });
  }

  /**
   * Shows these calls. The visible calls stay in view; if the list is scrolled to the top, it stays at the
   * top, so that new calls are visible.
   */
  show(calls: readonly RecordedCall[]): void {
    const { scrollTop } = this.scroller;
    const top = scrollTop > 0 ? this.#calls[Math.floor(scrollTop / rowHeight)] : undefined;
    this.#calls = calls;
    this.box.style.height = `${calls.length * rowHeight}px`;
    const at = top === undefined ? -1 : calls.findIndex(({ id }) => id === top.id);
    if (at >= 0) this.scroller.scrollTop = at * rowHeight + (scrollTop % rowHeight);
    if (this.#selected !== undefined && !calls.some(({ id }) => id === this.#selected))
      this.select(undefined);
    this.scroller.parentElement?.setAttribute('aria-rowcount', String(calls.length + 1));
    this.#draw();
  }

  select(id: string | undefined): void {
    this.#selected = id;
    this.#draw();
    this.onSelect(this.#calls.find((call) => call.id === id));
  }

  get selected(): string | undefined {
    return this.#selected;
  }

  /** @param by the number of rows to move down; if no row is selected, the first one is selected */
  move(by: number): void {
    const from = this.#calls.findIndex(({ id }) => id === this.#selected);
    const to = from < 0 && Math.abs(by) === 1 ? 0 : Math.min(Math.max(from + by, 0), this.#calls.length - 1);
    const call = this.#calls[to];
    if (call === undefined) return;
    const top = to * rowHeight;
    const { scrollTop, clientHeight } = this.scroller;
    if (top < scrollTop) this.scroller.scrollTop = top;
    else if (top + rowHeight > scrollTop + clientHeight)
      this.scroller.scrollTop = top + rowHeight - clientHeight;
    this.select(call.id);
  }

  get pageLength(): number {
    return Math.max(1, Math.floor(this.scroller.clientHeight / rowHeight) - 1);
  }

  #draw(): void {
    const first = Math.max(0, Math.floor(this.scroller.scrollTop / rowHeight) - margin);
    const last = Math.ceil((this.scroller.scrollTop + this.scroller.clientHeight) / rowHeight) + margin;
    const shown = this.#calls.slice(first, last);
    const staying = new Set(shown.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (staying.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    // The elements are also in visual order, because screen readers use that order.
    let next = this.box.firstElementChild;
    for (const [at, call] of shown.entries()) {
      const row = this.#rows.get(call.id) ?? this.#made(call);
      if (row === next) next = row.nextElementSibling;
      else this.box.insertBefore(row, next);
      row.style.top = `${(first + at) * rowHeight}px`;
      row.setAttribute('aria-rowindex', String(first + at + 2));
      row.setAttribute('aria-selected', String(call.id === this.#selected));
      row.classList.toggle('odd', (first + at) % 2 === 1);
    }
    const active =
      this.#selected !== undefined && staying.has(this.#selected) ? `call-${this.#selected}` : '';
    this.scroller.setAttribute('aria-activedescendant', active);
  }

  #made(call: RecordedCall): HTMLElement {
    const row = callRow(call, this.words);
    this.#rows.set(call.id, row);
    return row;
  }
}

/** Returns one call as a row of the grid. */
function callRow(call: RecordedCall, words: ToolCallsTexts): HTMLElement {
  const row = document.createElement('div');
  row.id = `call-${call.id}`;
  row.dataset['id'] = call.id;
  row.className = `row ${call.outcome}`;
  row.setAttribute('role', 'row');
  for (const [at, name] of columnNames.entries()) {
    const cell = document.createElement('span');
    cell.className = name;
    cell.setAttribute('role', 'gridcell');
    // Narrow pages hide some columns.
    cell.setAttribute('aria-colindex', String(at + 1));
    cell.textContent = cellText(call, name, words);
    cell.title = cell.textContent;
    row.append(cell);
  }
  return row;
}

/** Returns the text of a cell. */
export function cellText(call: RecordedCall, name: ColumnName, words: ToolCallsTexts): string {
  switch (name) {
    case 'time':
      return shortTime(call.at, words.locale);
    case 'caller':
      return call.chat === undefined ? callerName(call, words) : words.callers.chat;
    case 'server':
      return call.server;
    case 'tool':
      return call.tool;
    case 'account':
      return call.account ?? '–';
    case 'scopes':
      return call.scopes.join(' ') || '–';
    case 'consent':
      return words.consents[call.consent];
    case 'outcome':
      return call.reason === undefined
        ? words.outcomes[call.outcome]
        : `${words.outcomes[call.outcome]}: ${words.reasons[call.reason]}`;
    case 'milliseconds':
      return call.milliseconds.toLocaleString(words.locale);
  }
}

function callerName({ caller }: RecordedCall, words: ToolCallsTexts): string {
  switch (caller.kind) {
    case 'agent':
      return caller.name;
    case 'agentHost':
      return words.callers.agentHost.replace('{0}', () => caller.name);
    default:
      return words.callers[caller.kind];
  }
}

let formats: {
  readonly locale: string;
  readonly today: Intl.DateTimeFormat;
  readonly before: Intl.DateTimeFormat;
};

function shortTime(at: number, locale: string): string {
  // Creating a formatter takes longer than formatting all visible rows.
  if ((formats as typeof formats | undefined)?.locale !== locale) {
    const time = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
    formats = {
      locale,
      today: new Intl.DateTimeFormat(locale, time),
      before: new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', ...time }),
    };
  }
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  return (isToday ? formats.today : formats.before).format(at);
}

/** Returns the text to show if no call matches. It also names an unknown field and the fields that exist. */
export function nothingFound(filter: string, words: ToolCallsTexts): string {
  const unknown = unknownTerm(filter);
  if (unknown === undefined) return words.nothingFound;
  const { what, term, known } = unknown;
  const sentence = what === 'field' ? words.unknownField : words.unknownValue;
  return sentence.replace('{0}', () => term).replace('{1}', () => known.join(' '));
}

/** Events of a session, in the order of the grid's columns. */
export const events = [
  'never signed in',
  'sign in',
  'step up',
  'decline',
  'expire',
  'stop',
  'window closed',
] as const;

export type SessionEvent = (typeof events)[number];

/** A real run, or the reason that it is impossible. */
export type Cell = (() => Promise<void>) | { readonly none: string };

/** A kind of session, with a cell for each event. */
export interface Row {
  readonly name: string;
  /**
   * Starts the dependencies of all cells.
   *
   * @returns a function that ends them, if they belong to this row only
   */
  readonly start?: () => Promise<(() => Promise<void>) | undefined>;
  readonly cells: Readonly<Record<SessionEvent, Cell>>;
}

export type CellResult =
  | { readonly kind: 'passed'; readonly seconds: number }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'none'; readonly why: string };

export type RowResult = Readonly<Record<SessionEvent, CellResult>>;

/** Longest time for a cell, in milliseconds. */
const cellLimit = 120_000;
/** Longest time to start or end a row, in milliseconds. */
const startLimit = 240_000;

/**
 * Runs the cells of a row in order.
 *
 * @param chosen the events to run; the others are omitted
 * @param tell called when a cell has ended
 */
export async function runRow(
  row: Row,
  chosen: readonly SessionEvent[],
  tell: (event: SessionEvent, result: CellResult) => void,
): Promise<Partial<RowResult>> {
  const results: Partial<Record<SessionEvent, CellResult>> = {};
  const keep = (event: SessionEvent, result: CellResult) => {
    results[event] = result;
    tell(event, result);
  };
  let end: (() => Promise<void>) | undefined;
  try {
    end = await within(startLimit, row.start?.() ?? Promise.resolve(undefined));
  } catch (error) {
    for (const event of chosen) keep(event, { kind: 'failed', why: `It did not start: ${wordsOf(error)}` });
    return results;
  }
  for (const event of chosen) keep(event, await runCell(row.cells[event]));
  await within(startLimit, end?.() ?? Promise.resolve()).catch((error: unknown) => {
    const last = chosen.at(-1);
    if (last !== undefined) keep(last, { kind: 'failed', why: `The row did not end: ${wordsOf(error)}` });
  });
  return results;
}

async function runCell(cell: Cell): Promise<CellResult> {
  if (typeof cell === 'object') return { kind: 'none', why: cell.none };
  const began = performance.now();
  try {
    await within(cellLimit, cell());
    return { kind: 'passed', seconds: (performance.now() - began) / 1000 };
  } catch (error) {
    return { kind: 'failed', why: wordsOf(error) };
  }
}

/** @throws Error if it takes longer */
async function within<Result>(limit: number, running: Promise<Result>): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`It did not end within ${limit / 1000} s.`)), limit);
  try {
    return await Promise.race([running, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Returns the grid as text: a line for each row, followed by the reasons for failed and empty cells. */
export function gridText(rows: ReadonlyMap<string, Partial<RowResult>>): string {
  const signs = { passed: '✓', failed: '✗', none: '–' } as const;
  const shown = events.filter((event) => [...rows.values()].some((row) => row[event] !== undefined));
  const head = ['session', ...shown];
  const lines = [...rows].map(([name, row]) => [
    name,
    ...shown.map((event) => {
      const result = row[event];
      if (result === undefined) return '';
      return result.kind === 'passed' ? `✓ ${result.seconds.toFixed(0)} s` : signs[result.kind];
    }),
  ]);
  const widths = head.map((_cell, at) => Math.max(...[head, ...lines].map((line) => line[at]?.length ?? 0)));
  const table = [head, ...lines].map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...table, '', ...reasons(rows)].join('\n');
}

function reasons(rows: ReadonlyMap<string, Partial<RowResult>>): readonly string[] {
  const lines: string[] = [];
  for (const [name, row] of rows) {
    for (const event of events) {
      const result = row[event];
      if (result === undefined || result.kind === 'passed') continue;
      lines.push(`${result.kind === 'none' ? '–' : '✗'} ${name}, ${event}: ${result.why}`);
    }
  }
  return lines;
}

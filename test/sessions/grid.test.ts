import assert from 'node:assert/strict';
import { events, gridText, runRow, type Cell, type Row, type SessionEvent } from './grid.js';

const passes = () => Promise.resolve();

function rowOf(cells: Partial<Record<SessionEvent, Cell>>, start?: Row['start']): Row {
  const all = Object.fromEntries(events.map((event) => [event, cells[event] ?? passes]));
  return { name: 'a client', cells: all as Row['cells'], ...(start !== undefined && { start }) };
}

async function textOf(row: Row, chosen: readonly SessionEvent[] = events): Promise<string> {
  return gridText(new Map([[row.name, await runRow(row, chosen, () => undefined)]]));
}

describe('the grid of sessions', () => {
  it('shows passed cells, failed cells with the reason, and impossible cells with the reason', async () => {
    const decline = () => Promise.reject(new Error('it asked again'));
    const stop = { none: 'it has no button to stop' };
    const lines = (await textOf(rowOf({ decline, stop }))).split('\n');
    assert.deepEqual(lines, [
      'session   never signed in  sign in  step up  decline  expire  stop  window closed',
      'a client  ✓ 0 s            ✓ 0 s    ✓ 0 s    ✗        ✓ 0 s   –     ✓ 0 s',
      '',
      '✗ a client, decline: it asked again',
      '– a client, stop: it has no button to stop',
    ]);
  });

  it('shows only the chosen events', async () => {
    assert.match(await textOf(rowOf({}), ['sign in']), /^session {3}sign in\na client {2}✓ 0 s/);
  });

  it('fails every cell of a row that does not start, and runs none', async () => {
    let ran = 0;
    const cell = () => {
      ran++;
      return Promise.resolve();
    };
    const row = rowOf({ 'sign in': cell, stop: cell }, () => Promise.reject(new Error('no editor')));
    const text = await textOf(row, ['sign in', 'stop']);
    assert.match(text, /✗ a client, sign in: It did not start: no editor/);
    assert.match(text, /✗ a client, stop: It did not start: no editor/);
    assert.equal(ran, 0);
  });

  it('ends a row after any result of its cells', async () => {
    let ended = 0;
    const end = () => {
      ended++;
      return Promise.resolve();
    };
    await textOf(rowOf({ expire: () => Promise.reject(new Error('late')) }, () => Promise.resolve(end)));
    assert.equal(ended, 1);
  });
});

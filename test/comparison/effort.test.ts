import assert from 'node:assert/strict';
import { Effort, shortcomings, type Measure } from './effort.js';

function effort(prompts: number, ...costs: Measure[]): Effort {
  const made = new Effort();
  for (let typed = 0; typed < prompts; typed++) made.prompt('types it');
  made.add('all at once', ...costs);
  return made;
}

describe('the comparison of two efforts', () => {
  const theirs = effort(1, 'dialogs', 'clicks', 'clicks', 'windows');

  it('reports no shortcoming for fewer of one measure and equal others', () => {
    assert.deepEqual(shortcomings(effort(1, 'dialogs', 'clicks', 'windows'), theirs), []);
  });

  it('does not treat an equal sum as fewer', () => {
    assert.deepEqual(shortcomings(theirs, theirs), ['needs 4 in sum, which is not fewer than 4']);
  });

  it('does not offset more of one measure with fewer of another', () => {
    assert.deepEqual(shortcomings(effort(1, 'windows', 'windows'), theirs), ['needs 2 windows, not 1']);
    assert.deepEqual(shortcomings(effort(2, 'windows'), theirs), ['needs 2 prompts, not 1']);
  });

  it('has one line for each step with its costs', () => {
    const [first, second] = effort(1, 'clicks', 'dialogs', 'clicks').lines();
    assert.match(first ?? '', /^ {2}1 {2}types it +· +· +·$/);
    assert.match(second ?? '', /^ {2}2 {2}all at once +1 +2 +·$/);
  });
});

import assert from 'node:assert/strict';
import { scoreLine, scoreOf } from './runStryker.js';

describe('the mutation score of a part', () => {
  it('counts a timeout as noticed, and omits changes that do not compile', () => {
    const statuses = ['Killed', 'Timeout', 'Survived', 'NoCoverage', 'CompileError'];
    const files = { 'a.ts': { mutants: statuses.map((status) => ({ status })) } };
    const score = scoreOf('src/a', { files });
    assert.deepEqual(score, { part: 'src/a', killed: 2, survived: 1, uncovered: 1 });
    assert.match(scoreLine(score), /^src\/a +50\.0 % of 4 \(1 survived, 1 in code that no test runs\)$/);
  });
});

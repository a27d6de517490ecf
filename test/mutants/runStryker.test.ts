import assert from 'node:assert/strict';
import { scoreLine, scoreOf } from './runStryker.js';

describe('the score of a part under mutation', () => {
  it('counts a change that makes tests wait in vain as noticed, and leaves out what does not compile', () => {
    const statuses = ['Killed', 'Timeout', 'Survived', 'NoCoverage', 'CompileError'];
    const files = { 'a.ts': { mutants: statuses.map((status) => ({ status })) } };
    const score = scoreOf('src/a', { files });
    assert.deepEqual(score, { part: 'src/a', killed: 2, survived: 1, uncovered: 1 });
    assert.match(scoreLine(score), /^src\/a +50\.0 % of 4 \(1 survived, 1 in code that no test runs\)$/);
  });
});

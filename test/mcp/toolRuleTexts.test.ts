import assert from 'node:assert/strict';
import { isAllowedBy, ruleQuestion } from '../../src/mcp/toolRuleTexts.js';

describe('the question about one call', () => {
  const german: Record<string, string> = {
    'Allow once': 'Einmal erlauben',
    'Don’t run it': 'Nicht ausführen',
  };
  const t = (english: string) => german[english] ?? english;

  it('offers its answers in the user’s language, and knows the yes among them', () => {
    const { requestedSchema } = ruleQuestion({ server: 'a', tool: 'b' }, t);
    const { enum: answers } = requestedSchema.properties['call'] as { readonly enum: readonly string[] };
    assert.deepEqual(
      answers.map((call) => [call, isAllowedBy({ call }, t)]),
      [
        ['Einmal erlauben', true],
        ['Nicht ausführen', false],
      ],
    );
    assert.equal(isAllowedBy({ call: 'Allow once' }, t), false);
  });
});

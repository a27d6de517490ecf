import assert from 'node:assert/strict';
import { parseToolRules } from '../../src/broker/tools/toolRules.js';

describe('the setting for tool rules', () => {
  const ruleOf = (value: unknown, tool: string, name = 'a') => parseToolRules(value).ruleOf({ name }, tool);

  it('sets a rule for a tool of a server, and allows all other tools', () => {
    const value = { a: { one: 'block', two: 'ask', three: 'allow' } };
    assert.deepEqual(
      ['one', 'two', 'three', 'four', 'toString', '__proto__'].map((tool) => ruleOf(value, tool)),
      ['block', 'ask', 'allow', 'allow', 'allow', 'allow'],
    );
    assert.equal(ruleOf(value, 'one', 'b'), 'allow');
    assert.equal(ruleOf(value, 'One'), 'allow');
    assert.equal(ruleOf(undefined, 'one'), 'allow');
    assert.deepEqual(parseToolRules(value).problems, []);
  });

  it('applies to tools named like properties of Object', () => {
    assert.equal(ruleOf(JSON.parse('{"a":{"__proto__":"block"}}'), '__proto__'), 'block');
    assert.equal(ruleOf(JSON.parse('{"__proto__":{"t":"block"}}'), 't', '__proto__'), 'block');
  });

  const unreadable: readonly [string, unknown, string, string][] = [
    ['a rule', { a: { one: 'blok' } }, 'toolRules.one', 'must be one of "allow", "ask", "block"'],
    ['the rules of a server', { a: ['one'] }, 'toolRules', 'must be an object: tool name → rule'],
    ['the whole setting', 'block', 'toolRules', 'must be an object: server name → tool name → rule'],
  ];
  for (const [what, value, field, message] of unreadable) {
    it(`asks if ${what} cannot be read, and reports the error`, () => {
      assert.equal(ruleOf(value, 'one'), 'ask');
      const [problem] = parseToolRules(value).problems;
      assert.equal(problem?.field, field);
      assert.ok(problem.message.includes(message), problem.message);
    });
  }
});

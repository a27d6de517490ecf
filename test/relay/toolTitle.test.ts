import assert from 'node:assert/strict';
import { titledTool, type TitledTool, type ToolActor } from '../../src/relay/calls/toolTitles.js';

const alice: ToolActor = { account: 'alice@example.org', lacksAccess: false };

describe('the title of a tool', () => {
  const titles: readonly [string, TitledTool, ToolActor, string | undefined][] = [
    [
      'is the server’s with the account',
      { name: 'create_branch', title: 'Create a branch' },
      alice,
      'Create a branch, as alice@example.org',
    ],
    [
      'is the annotation’s if the tool has no other',
      { name: 'create_branch', annotations: { title: 'Make a branch' } },
      alice,
      'Make a branch, as alice@example.org',
    ],
    [
      'is the name’s if the tool has none',
      { name: 'create_branch' },
      alice,
      'create_branch, as alice@example.org',
    ],
    [
      'is the name’s if no title is readable',
      { name: 'drop', title: '\u202e<>' },
      alice,
      'drop, as alice@example.org',
    ],
    [
      'says that the tool needs more access',
      { name: 'x', title: 'Create a branch' },
      { ...alice, lacksAccess: true },
      'Create a branch, as alice@example.org (needs more access)',
    ],
    [
      'says so of a sign-in without a name',
      { name: 'x', title: 'Create a branch' },
      { lacksAccess: true },
      'Create a branch (needs more access)',
    ],
    ['stays as it is for a sign-in without a name', { name: 'x' }, { lacksAccess: false }, undefined],
    [
      'keeps both ends of a long address',
      { name: 'x' },
      { ...alice, account: 'alexandra.featherstonehaugh@subsidiary.company.example' },
      'x, as alexandra.feathersto…ary.company.example',
    ],
    [
      'cuts a long title, never the account',
      { name: 'x', title: 'wordy '.repeat(40) },
      alice,
      `${'wordy '.repeat(9)}wordy…, as alice@example.org`,
    ],
    [
      'is one line without control and direction characters',
      { name: 'x', title: 'Run\n\u202eit\u0007' },
      { ...alice, account: 'al\u200bice\n@example.org' },
      'Run it, as al ice @example.org',
    ],
    [
      'has no markup that would hide or disguise the account',
      { name: 'x', title: '[Create](https://evil.example "~~`<!--&#8238;' },
      alice,
      'Create (https://evil.example " !--& #8238;, as alice@example.org',
    ],
  ];
  for (const [what, tool, actor, title] of titles) {
    it(what, () => {
      const titled = titledTool(tool, actor);
      assert.equal(titled.title, title);
      assert.equal(titled.name, tool.name);
    });
  }

  it('is put where VS Code looks first, too, and every other annotation stays', () => {
    const annotations = { title: 'Make a branch', readOnlyHint: true };
    assert.deepEqual(titledTool({ name: 'x', title: 'Create a branch', annotations }, alice), {
      name: 'x',
      title: 'Create a branch, as alice@example.org',
      annotations: { title: 'Make a branch, as alice@example.org', readOnlyHint: true },
    });
  });

  it('is in the user’s language', () => {
    const german = (english: string, ...named: (string | number)[]) =>
      `${english === '{0}, as {1}' ? 'als' : '?'} ${named.join(' ')}`;
    const tool: TitledTool = { name: 'x' };
    assert.equal(titledTool(tool, alice, german).title, 'als x alice@example.org');
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { nextStep } from '../demo/scriptedTurn.js';
import { demoInvitation, REPORTS_PROMPT } from './demoInvitation.js';

const root = path.resolve(__dirname, '..', '..', '..');

describe("the demo's introduction", () => {
  const newest = { entry: '', node: '', version: '1.139.1', hasCopilotChat: true, showsCards: true };
  const said = demoInvitation('http://127.0.0.1:8080', newest);

  it('names existing commands by their titles', () => {
    const words = JSON.parse(readFileSync(path.join(root, 'package.nls.json'), 'utf8')) as Record<
      string,
      string
    >;
    const titles = Object.entries(words).flatMap(([key, title]) =>
      key.startsWith('commands.') ? [title] : [],
    );
    const named = [...said.matchAll(/"MCP OAuth: ([^"]+)"/g)].map(([, title = '']) => title);
    assert.deepEqual(new Set(named), new Set(['Sign In…', 'Switch Account…', 'Admit Agent…']));
    for (const title of named) assert.ok(titles.includes(title), title);
  });

  it('suggests prompts that the scripted model understands', () => {
    assert.ok(said.includes(`"${REPORTS_PROMPT}"`));
    const step = nextStep([{ role: 'user', content: REPORTS_PROMPT }], ['mcp_reports_generate_summary']);
    assert.equal(step.kind === 'toolCall' && step.name, 'mcp_reports_generate_summary');
  });

  it('has different steps for an editor without Copilot Chat', () => {
    const oldest = { ...newest, version: '1.103.2', hasCopilotChat: false, showsCards: false };
    const saidThere = demoInvitation('http://127.0.0.1:8080', oldest);
    assert.match(saidThere, /"Start Server" \(VS Code 1\.103\.2 starts none itself\)/);
    assert.match(saidThere, /consent to repo:write in the notification/);
    assert.doesNotMatch(saidThere, /Copilot Chat off|in the card\.$/m);
  });
});

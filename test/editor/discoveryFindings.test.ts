import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import type { Findings } from '../../src/broker/discovery/findings.js';
import { showFindings } from '../../src/editor/commands/discoveryFindings.js';

describe('what was found at an address', () => {
  it('is shown in one line, without icons, hidden characters and user information from the server', async () => {
    const discovered = {
      resource: {
        resource: 'https://trusted.example@evil.example/mcp',
        resourceName: 'a\n$(verified) \u202Eb',
        warnings: ['$(check) all is well'],
      },
      as: { issuer: 'https://login.example@evil.example' },
      scopes: ['$(key)\nread'],
      identity: { kind: 'ask', reason: '$(pass)' },
    };
    const findings = { kind: 'protected', discovered } as unknown as Extract<Findings, { kind: 'protected' }>;
    let items: readonly vscode.QuickPickItem[] = [];
    const showQuickPick = (shown: readonly vscode.QuickPickItem[]) => {
      items = shown;
      return Promise.resolve(undefined);
    };
    await showFindings('https://evil.example/mcp', findings, {
      showQuickPick,
    } as unknown as typeof vscode.window);
    const written = items.slice(3).map(({ detail, description }) => `${description ?? ''} ${detail ?? ''}`);
    for (const text of written) assert.doesNotMatch(text, /\$\(|[\n\u202E]|@/);
    assert.match(written.join(), /https:\/\/evil\.example\/mcp/);
  });
});

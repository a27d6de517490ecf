import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ConsentStatusName } from '../../src/broker/status/consentStatus.js';
import { callTexts, toolCallsPage } from '../../src/editor/views/toolCallsPage.js';
import { actionsOf, serverActions } from '../../src/editor/views/serverActions.js';
import { serverItem } from '../../src/editor/signIn/serverChoice.js';
import { summary } from '../../src/editor/views/statusBar.js';
import { statusTexts } from '../../src/editor/views/statusTexts.js';
import { nothingFound } from '../../src/webview/callRows.js';
import { columnNames } from '../../src/webview/toolCallsProtocol.js';

const names: readonly ConsentStatusName[] = [
  ...(['unknown', 'open', 'signedOut', 'awaitingConsent', 'ready'] as const),
  ...(['needsScopes', 'expired', 'denied', 'unreachable', 'misconfigured'] as const),
];
const entries = names.map((name) => ({
  server: { name, url: `https://${name.toLowerCase()}.example/mcp`, headers: {}, oauth: {} },
  status: { server: name, status: name, signedIn: true, account: 'alice', held: ['r'], missing: ['w'] },
}));
const lines = [...serverActions(entries), ...entries.flatMap(actionsOf), ...entries.map(serverItem)];

/** The text that a screen reader announces if `$(name)` is an icon. */
const heard = (text: string) => text.replace(/\$\([\w-]+\)/g, '').trim();

describe('for screen reader users, the lines of a quick pick', () => {
  it('contain the meaning of their icons as text', () => {
    assert.ok(lines.length > names.length * 5);
    for (const { label } of lines) assert.notEqual(heard(label), '');
    for (const { server, status } of entries) {
      const own = serverActions(entries).filter(({ label }) => heard(label).startsWith(server.name));
      const { label } = statusTexts(status.status);
      assert.ok(own.length > 0, server.name);
      for (const line of own)
        if (status.status !== 'ready') assert.ok(line.description?.includes(label), server.name);
    }
  });

  it('have a label for each of their buttons', () => {
    const buttons = lines.flatMap((line) => line.buttons ?? []);
    assert.ok(buttons.length >= names.length);
    for (const { tooltip } of buttons) assert.notEqual(tooltip ?? '', '');
  });
});

describe('for screen reader users, the entry of the status bar', () => {
  it('names the extension and, in every status, all that it shows', () => {
    for (const entry of entries) {
      const { text, label } = summary([entry]);
      assert.match(label, /^MCP OAuth: ./);
      // The account and the number, with an icon between them.
      for (const part of text.split(/\$\([\w-]+\)/))
        assert.ok(label.includes(part.trim()), `${label} – ${text}`);
    }
  });
});

describe('for screen reader users, the page of tool calls', () => {
  const page = toolCallsPage({ style: 's', script: 's', source: 's', nonce: 'n' }, callTexts());
  const elements = [...page.matchAll(/<(input|button|section|div)\b([^>]*)>([^<]*)/g)].map(
    ([, name = '', attributes = '', text = '']) => ({ name, attributes, text }),
  );

  it('has a label on the grid, on the filter, on the details and on every button', () => {
    const needing = elements.filter(
      ({ name, attributes }) =>
        name === 'input' || name === 'button' || /role="grid"|tabindex/.test(attributes),
    );
    assert.ok(needing.length >= 6);
    for (const { name, attributes, text } of needing)
      assert.ok(/aria-label="[^"]+"/.test(attributes) || text.trim() !== '', `${name} ${attributes}`);
  });

  it('has a text header above every column', () => {
    const headers = [...page.matchAll(/role="columnheader"[^>]*>([^<]+)</g)].map(([, text]) => text);
    assert.equal(headers.length, columnNames.length);
  });

  it('names the unknown filter term if no call matches, and the valid ones', () => {
    const said = (filter: string) => nothingFound(filter, callTexts());
    assert.equal(said('branch'), callTexts().nothingFound);
    assert.match(
      said('outcom:x'),
      /“outcom:” is not a filter.* server: tool: outcome: account: caller: consent: scope:$/,
    );
    assert.match(
      said('outcome:refusd'),
      /“outcome:refusd” is not a possible value.* refused .*blockedByRule/,
    );
  });

  it('names the columns that a narrow page omits', () => {
    const said = [...page.matchAll(/<p class="leftOut (\w+)">([^<]+)</g)].map(([, width, text]) => [
      width,
      text,
    ]);
    assert.deepEqual(said, [
      ['narrow', 'Hidden at this width: Consent, ms. Select a call to see them.'],
      ['narrower', 'Hidden at this width: Caller, Server, Consent, ms. Select a call to see them.'],
      ['narrowest', 'Hidden at this width: Caller, Server, Scopes, Consent, ms. Select a call to see them.'],
    ]);
  });

  it('is in the language of the editor', () => {
    assert.ok(page.includes(`<html lang="${vscode.env.language}">`));
  });
});

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ConsentStatus, ConsentStatusName, DeniedBy } from '../../src/broker/consentStatus.js';
import { serverItem } from '../../src/editor/serverChoice.js';
import { summary } from '../../src/editor/statusBar.js';
import { serverRow } from '../../src/editor/serverRow.js';
import { statusAction, statusWords } from '../../src/editor/statusWords.js';
import { extensionId } from './activeExtension.js';

const all: readonly ConsentStatusName[] = [
  ...(['unknown', 'open', 'signedOut', 'awaitingConsent', 'ready'] as const),
  ...(['needsScopes', 'expired', 'denied', 'unreachable', 'misconfigured'] as const),
];

function entry(name: string, status: ConsentStatusName, more: Partial<ConsentStatus> = {}) {
  const server = { name, url: `https://${name}.example/mcp`, headers: {}, oauth: {} };
  return { server, status: { server: name, status, signedIn: false, held: [], missing: [], ...more } };
}

describe('a status', () => {
  it('has words and a shape of its own, so that colour is never the only sign', () => {
    assert.equal(new Set(all.map((name) => statusWords(name).label)).size, all.length);
    assert.equal(new Set(all.map((name) => statusWords(name).icon)).size, all.length);
  });

  it('offers a command that exists, wherever the person can do something', () => {
    const { contributes } = vscode.extensions.getExtension(extensionId)?.packageJSON as {
      contributes: { commands: { command: string }[] };
    };
    const commands = contributes.commands.map(({ command }) => command);
    for (const name of all) {
      const { action } = statusWords(name);
      if (name === 'open' || name === 'ready') assert.equal(action, undefined);
      else assert.ok(commands.includes(`mcpOAuthBroker.${action?.command ?? ''}`), name);
    }
  });
});

describe('a denial', () => {
  const shown = (deniedBy: DeniedBy) => {
    const denied = entry('a', 'denied', { signedIn: true, deniedBy, detail: 'No.' });
    const { contextValue } = serverRow(denied, () => []).item;
    return [statusAction(denied.status)?.command, contextValue];
  };

  it('by the server offers to ask it again, since no sign-in would mend it', () => {
    assert.deepEqual(shown('server'), ['checkServer', 'server deniedByServer signedIn']);
  });

  it('by the person or the authorization server offers to sign in', () => {
    for (const by of ['person', 'authorizationServer'] as const) {
      assert.deepEqual(shown(by), ['signIn', 'server denied signedIn']);
    }
  });
});

describe('the status bar', () => {
  it('says the worst that matters, and how many more there are', () => {
    const shown = summary([
      entry('a', 'ready', { account: 'alice' }),
      entry('b', 'needsScopes'),
      entry('c', 'misconfigured'),
    ]);
    assert.equal(shown.text, '$(error) c: Misconfigured +1');
    assert.equal(shown.label, 'MCP OAuth: c: Misconfigured +1');
  });

  it('is quiet when nothing needs the person, but names who acts', () => {
    assert.equal(summary([entry('a', 'unknown'), entry('b', 'signedOut')]).text, '$(shield)');
    const alice = entry('a', 'ready', { account: 'alice@example.org' });
    assert.equal(summary([alice, entry('b', 'open')]).text, '$(shield) alice@example.org');
    assert.equal(summary([alice, entry('b', 'ready', { account: 'bob' })]).text, '$(shield) 2 accounts');
  });
});

describe('what a server or its authorization server wrote', () => {
  const icon = '$(verified)';
  const faked = entry('a', 'denied', { account: `${icon} alice`, detail: `${icon} All is well` });

  it('draws no icon in a list', () => {
    const { label, description, detail } = serverItem(faked);
    assert.equal(label, '$(circle-slash) a');
    for (const text of [description, detail]) assert.match(text ?? '', /\$ \(verified\)/);
    assert.ok(!JSON.stringify([description, detail]).includes(icon));
  });

  it('draws no icon in the status bar', () => {
    const ready = entry('a', 'ready', { account: `${icon} alice` });
    assert.equal(summary([ready]).text, '$(shield) $ (verified) alice');
    assert.ok(!summary([entry(icon, 'misconfigured')]).text.includes(icon));
  });
});

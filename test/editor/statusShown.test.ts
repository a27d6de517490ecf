import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ConsentStatus, ConsentStatusName, DeniedBy } from '../../src/broker/status/consentStatus.js';
import { serverItem } from '../../src/editor/signIn/serverChoice.js';
import { actionsOf, serverActions } from '../../src/editor/views/serverActions.js';
import type { LastAttempt } from '../../src/broker/status/lastAttempt.js';
import { AttemptRows } from '../../src/editor/views/attemptRows.js';
import { statusOfProblem, summary, tooltip } from '../../src/editor/views/statusBar.js';
import { serverRow } from '../../src/editor/views/serversTree.js';
import { actionAfterCheck, statusAction, statusTexts } from '../../src/editor/views/statusTexts.js';
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
  it('has a text and an icon, so that colour is never the only sign', () => {
    assert.equal(new Set(all.map((name) => statusTexts(name).label)).size, all.length);
    assert.equal(new Set(all.map((name) => statusTexts(name).icon)).size, all.length);
  });

  it('offers an existing command if the user can act', () => {
    const { contributes } = vscode.extensions.getExtension(extensionId)?.packageJSON as {
      contributes: { commands: { command: string }[] };
    };
    const commands = contributes.commands.map(({ command }) => command);
    for (const name of all) {
      const { action } = statusTexts(name);
      if (name === 'open' || name === 'ready') assert.equal(action, undefined);
      else assert.ok(commands.includes(`mcpOAuthBroker.${action?.command ?? ''}`), name);
    }
  });
});

describe('a check', () => {
  it("offers the diagnosis after a fault, and the status's own action otherwise", () => {
    const offered = (name: ConsentStatusName) => actionAfterCheck(entry('a', name).status)?.command;
    for (const name of ['unreachable', 'misconfigured'] as const)
      assert.equal(offered(name), 'diagnoseServer');
    assert.equal(offered('needsScopes'), 'grantScopes');
    assert.equal(offered('ready'), undefined);
  });
});

describe('a denial', () => {
  const shown = (deniedBy: DeniedBy) => {
    const denied = entry('a', 'denied', { signedIn: true, deniedBy, detail: 'No.' });
    const { contextValue } = serverRow(denied, () => []).item;
    return [statusAction(denied.status)?.command, contextValue];
  };

  it('by the server offers to call the server again, since a sign-in would not help', () => {
    assert.deepEqual(shown('server'), ['checkServer', 'server deniedByServer signedIn']);
  });

  it('by the user or the authorization server offers to sign in', () => {
    for (const by of ['user', 'authorizationServer'] as const) {
      assert.deepEqual(shown(by), ['signIn', 'server denied signedIn']);
    }
  });
});

describe('the status bar', () => {
  it('shows the account that calls use, and how many servers need action, with the icon of the most urgent', () => {
    const shown = summary([
      entry('a', 'ready', { account: 'alice' }),
      entry('b', 'needsScopes'),
      entry('c', 'misconfigured'),
    ]);
    assert.equal(shown.text, '$(shield) alice $(error) 2');
    assert.equal(
      shown.label,
      'MCP OAuth: calls act as alice; 2 servers need attention: c: Misconfigured, b: Needs more access',
    );
  });

  it('shows no account that calls do not use', () => {
    const shown = summary([entry('a', 'expired', { account: 'alice' })]);
    assert.equal(shown.text, '$(shield) $(history) 1');
    assert.equal(shown.label, 'MCP OAuth: 1 server needs attention: a: Sign-in ended');
  });

  it('shows misconfigured for an unusable entry', () => {
    const problem = { server: 'x', field: 'url', message: 'The url is wrong.' };
    const all = [entry('a', 'ready', { account: 'alice' }), statusOfProblem(problem)];
    assert.equal(summary(all).text, '$(shield) alice $(error) 1');
    assert.match(summary(all).label, /x: Misconfigured$/);
    assert.match(tooltip(all), /x.*The url is wrong\./);
  });

  it('shows only the account when no action is needed', () => {
    assert.equal(summary([entry('a', 'unknown'), entry('b', 'signedOut')]).text, '$(shield)');
    const alice = entry('a', 'ready', { account: 'alice@example.org' });
    assert.equal(summary([alice, entry('b', 'open')]).text, '$(shield) alice@example.org');
    assert.equal(summary([alice, entry('b', 'ready', { account: 'bob' })]).text, '$(shield) 2 accounts');
  });
});

describe('the outcome of the last sign-in', () => {
  const at = Date.UTC(2026, 10, 30, 12);
  const ended = (kind: LastAttempt['kind'], detail?: string) =>
    entry('a', 'ready', {
      ...{ account: 'alice', signedIn: true },
      lastAttempt: { kind, at, ...(detail !== undefined && { detail }) },
    });
  const rows = (of: Parameters<AttemptRows['rows']>[0]) =>
    new AttemptRows({ now: () => at + 300_000 }).rows(of);

  it('does not change the status in the server’s row and the status bar', () => {
    const failed = ended('failed', 'The device code was refused.');
    const { item } = serverRow(failed, () => []);
    assert.deepEqual([item.description, item.contextValue], ['alice', 'server ready signedIn']);
    assert.equal((item.iconPath as vscode.ThemeIcon).id, 'pass');
    assert.match(item.accessibilityInformation?.label ?? '', /^a: Ready; .*last sign-in failed$/);
    assert.equal(summary([failed]).text, '$(shield) alice');
  });

  it('is a separate row, with its time and its reason', () => {
    for (const [kind, word] of [
      ['declined', 'declined'],
      ['failed', 'failed'],
      ['timedOut', 'timed out'],
    ] as const) {
      const [row, ...others] = rows(ended(kind, 'It was so.'));
      assert.ok(row !== undefined && others.length === 0);
      assert.deepEqual(
        [row.item.label, row.item.description, row.item.contextValue],
        ['Last sign-in', `${word}, 5 minutes ago`, 'attempt'],
      );
      assert.match(row.item.accessibilityInformation?.label ?? '', /^a: last sign-in: .*2026.* It was so\.$/);
    }
    assert.deepEqual(rows(entry('a', 'ready')), []);
  });
});

describe('a server that the editor switched off', () => {
  const off = {
    ...entry('a', 'ready', { account: 'alice', signedIn: true }),
    displacedBy: '.vscode/mcp.json',
  };

  it('is shown as switched off in the tree, with the file, in any sign-in state', () => {
    const { item } = serverRow(off, () => []);
    assert.equal(item.description, 'Turned off by the editor');
    assert.equal((item.iconPath as vscode.ThemeIcon).id, 'eye-closed');
    assert.match(
      item.accessibilityInformation?.label ?? '',
      /\.vscode\/mcp\.json has a server with the same name/,
    );
  });

  it('is shown as switched off in the status bar, after more urgent servers', () => {
    assert.equal(summary([off]).text, '$(shield) $(eye-closed) 1');
    assert.match(summary([off]).label, /a: Turned off by the editor$/);
    assert.equal(summary([off, entry('b', 'expired')]).text, '$(shield) $(history) 2');
    assert.match(tooltip([off]), /^a: Turned off by the editor; \.vscode\/mcp\.json/);
  });

  it('is shown as switched off in lists of servers', () => {
    assert.equal(serverItem(off).description, 'Turned off by the editor');
  });
});

describe('the tooltip of the status bar', () => {
  it('starts with what needs action, and counts what is too much to read', () => {
    const many = Array.from({ length: 20 }, (_none, at) => entry(`s${at}`, 'ready'));
    const lines = tooltip([...many, entry('worst', 'expired')]).split('\n');
    assert.equal(lines[0], 'worst: Sign-in ended');
    assert.equal(lines.length, 13);
    assert.equal(lines.at(-1), '… and 9 more');
  });
});

describe('the list behind the status bar', () => {
  const labels = (...servers: Parameters<typeof serverActions>[0]) =>
    serverActions(servers).map(({ label, kind }) =>
      kind === vscode.QuickPickItemKind.Separator ? `— ${label}` : label,
    );
  const always = [
    '— MCP OAuth',
    '$(add) Add Server…',
    '$(history) Show Tool Calls',
    '$(settings-gear) Open Settings',
    '$(output) Show Log',
  ];

  it('lists actions, most urgent first, then the other servers', () => {
    assert.deepEqual(
      labels(
        entry('a', 'ready', { account: 'alice', signedIn: true }),
        entry('b', 'needsScopes'),
        entry('c', 'signedOut'),
        entry('d', 'awaitingConsent'),
        entry('e', 'misconfigured'),
      ),
      [
        '— Needs your attention',
        '$(bell-dot) d: Finish Sign-In',
        '$(bell-dot) d: Cancel Sign-In',
        '$(error) e: Check Again',
        '$(key) b: Grant Access',
        '— Servers',
        '$(pass) a',
        '$(account) c: Sign In',
        ...always,
      ],
    );
  });

  it('names an unusable entry, its fault, and the place to fix it', () => {
    const problem = { server: 'x', field: 'url', message: 'The url is wrong.' };
    const lines = serverActions([entry('a', 'ready')], [problem]);
    assert.deepEqual(
      lines.slice(0, 2).map(({ label, detail }) => [label, detail]),
      [
        ['Needs your attention', undefined],
        ['$(error) x: Open Settings', 'The url is wrong.'],
      ],
    );
  });

  it('has no empty heading, and explains how to start without a server', () => {
    assert.deepEqual(labels(), always);
    assert.equal(labels(entry('a', 'open'))[0], '— Servers');
  });

  it('has one button on each server’s lines with all its actions, each once', () => {
    for (const name of all) {
      const one = entry('a', name, { signedIn: name === 'ready' });
      const lines = serverActions([one]).filter((line) => line.entry !== undefined);
      assert.ok(lines.length > 0);
      for (const { buttons } of lines) assert.equal(buttons?.[0]?.tooltip, 'More for a');
      const actions = actionsOf(one).map(({ label }) => label);
      assert.equal(new Set(actions).size, actions.length, actions.join());
      assert.ok(actions.includes('Diagnose') && actions.includes('Copy Address'));
      assert.equal(actions.includes('Sign Out'), name === 'ready');
    }
    assert.deepEqual(
      actionsOf(entry('a', 'needsScopes'))
        .map(({ label }) => label)
        .slice(0, 2),
      ['Grant Access', 'Check'],
    );
  });
});

describe('text from a server or its authorization server', () => {
  const icon = '$(verified)';
  const faked = entry('a', 'denied', { account: `${icon} alice`, detail: `${icon} All is well` });

  it('shows no icon in a list', () => {
    const { label, description, detail } = serverItem(faked);
    assert.equal(label, '$(circle-slash) a');
    for (const text of [description, detail]) assert.match(text ?? '', /\$ \(verified\)/);
    assert.ok(!JSON.stringify([description, detail]).includes(icon));
    const listed = serverActions([{ ...faked, server: { ...faked.server, name: icon } }]);
    assert.ok(
      !JSON.stringify(listed.map((line) => [line.label, line.description, line.detail])).includes(icon),
    );
  });

  it('shows no icon in the status bar', () => {
    const ready = entry('a', 'ready', { account: `${icon} alice` });
    assert.equal(summary([ready]).text, '$(shield) $ (verified) alice');
    assert.ok(!summary([entry(icon, 'misconfigured')]).text.includes(icon));
  });
});

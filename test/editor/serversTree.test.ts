import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ConsentStatus, ConsentStatusName } from '../../src/broker/status/consentStatus.js';
import { Emitter } from '../../src/base/event.js';
import { toolConsentNames } from '../../src/broker/tools/toolConsent.js';
import type { DeclaredTool, ToolUse } from '../../src/broker/tools/declaredTool.js';
import type { ToolRule } from '../../src/broker/tools/toolRules.js';
import { FactRows } from '../../src/editor/views/factRows.js';
import type { ServerStatus } from '../../src/editor/views/serverStatuses.js';
import { ServersTree } from '../../src/editor/views/serversTree.js';
import { ToolRows } from '../../src/editor/views/toolRows.js';
import { toolTexts } from '../../src/editor/views/toolTexts.js';
import type { TreeRow } from '../../src/editor/views/treeRow.js';
import { ManualClock } from '../broker/manualClock.js';
import { next } from './activeExtension.js';

const statusNames: readonly ConsentStatusName[] = [
  ...(['unknown', 'open', 'signedOut', 'awaitingConsent', 'ready'] as const),
  ...(['needsScopes', 'expired', 'denied', 'unreachable', 'misconfigured'] as const),
];

/** The tree over scripted data. */
class TreeScene {
  readonly clock = new ManualClock();
  readonly changed = new Emitter<undefined>();
  readonly toolsChanged = new Emitter<string>();
  readonly used = new Emitter<undefined>();
  readonly entries = new Map<string, ServerStatus>();
  readonly tools = new Map<string, readonly (DeclaredTool & { securitySchemes?: object[] })[]>();
  readonly learned = new Map<string, readonly string[]>();
  readonly rules = new Map<string, ToolRule>();
  readonly uses = new Map<string, ToolUse>();
  problems: { server: string; field: string; message: string }[] = [];
  readonly toolRows = new ToolRows({
    lists: {
      declarations: ({ url }) => this.tools.get(url) ?? [],
      onDidChange: this.toolsChanged.event,
    },
    toolScopes: { learned: (_server, tool) => this.learned.get(tool), onDidChange: this.toolsChanged.event },
    rules: { ruleOf: (_server, tool) => this.rules.get(tool) ?? 'allow', onDidChange: this.changed.event },
    uses: { lastUse: (_url, tool) => Promise.resolve(this.uses.get(tool)), onDidAdd: this.used.event },
    clock: this.clock,
    extensionId: 'Some.Extension',
  });
  readonly tree = new ServersTree(
    { all: () => Promise.resolve([...this.entries.values()]), onDidChange: this.changed.event },
    [this],
    [new FactRows(this.clock, this.toolRows), this.toolRows],
    this.clock,
  );

  set(name: string, status: ConsentStatusName, more: Partial<ConsentStatus> = {}): void {
    const server = { name, url: `https://${name}.example/mcp`, headers: {}, oauth: {} };
    const shown = { server: name, status, signedIn: false, held: [], missing: [], ...more };
    this.entries.set(name, { server, status: shown });
  }

  /** Returns all rows, with every row expanded. */
  async unfolded(row?: TreeRow): Promise<readonly TreeRow[]> {
    const below = await this.tree.getChildren(row);
    const further = await Promise.all(below.map((one) => this.unfolded(one)));
    return below.flatMap((one, at) => [one, ...(further[at] ?? [])]);
  }

  /** Returns the rows that the tree redrew after a batch of changes; undefined for the whole tree. */
  async redrawn(): Promise<readonly string[] | undefined> {
    const told = next(this.tree.onDidChangeTreeData);
    this.clock.advance(50);
    return (await told)?.map(({ id }) => id);
  }
}

const labelOf = ({ item }: TreeRow) => item.accessibilityInformation?.label ?? '';

describe('the tree', () => {
  let scene: TreeScene;
  beforeEach(() => {
    scene = new TreeScene();
  });
  afterEach(() => scene.tree.dispose());

  it('shows account, status, granted, requested and missing scopes, and expiry', async () => {
    scene.set('repositories', 'needsScopes', {
      signedIn: true,
      account: 'alice',
      held: ['repo:read'],
      missing: ['repo:write'],
      tool: 'create_branch',
      expiresAt: scene.clock.now() + 2 * 3_600_000,
    });
    const [row] = await scene.tree.getChildren();
    assert.ok(row);
    assert.equal(row.item.description, 'Needs more access – alice');
    assert.equal(
      labelOf(row),
      'repositories: Needs more access; account alice; create_branch needs repo:write',
    );
    assert.equal(row.item.contextValue, 'server needsScopes signedIn');
    const facts = await scene.tree.getChildren(row);
    assert.deepEqual(
      facts.map(({ item }) => [item.label, item.description]),
      [
        ['Status', 'Needs more access'],
        ['Account', 'alice'],
        ['Granted', 'repo:read'],
        ['Requested', 'repo:write (not granted)'],
        ['Missing', 'repo:write (create_branch)'],
        ['Expires', 'in 2 hours'],
        ['Address', 'repositories.example/mcp'],
        ['Tools', 'start the server to list them'],
      ],
    );
  });

  it('shows the most important facts in the side bar, and all facts in tooltips and to screen readers', async () => {
    scene.set('a', 'unreachable', { held: ['r'], detail: 'The proxy did not answer.' });
    const rows = await scene.unfolded();
    const said = rows.slice(1).map(({ item }) => [item.description, item.tooltip]);
    assert.deepEqual(said, [
      ['Unreachable', 'Status: Unreachable – The proxy did not answer.'],
      ['r', 'Granted scopes: r'],
      ['a.example/mcp', 'Address: https://a.example/mcp'],
    ]);
    for (const row of rows.slice(1)) assert.equal(labelOf(row), row.item.tooltip);
  });

  it("names the setting if the fault is outside a server's entry", async () => {
    scene.problems = [
      { server: 'a', field: 'url', message: 'No.' },
      { server: 'a', field: 'toolRules', message: 'No.' },
      { server: 'a', field: 'toolRules.pay.now', message: 'No.' },
      { server: '', field: 'toolRules', message: 'No.' },
      { server: '', field: '', message: 'No.' },
    ];
    assert.deepEqual(
      (await scene.tree.getChildren()).map(({ item }) => item.label),
      [
        ...['a', 'toolRules › a', 'toolRules › a › pay.now'],
        ...['mcpOAuthBroker.toolRules', 'mcpOAuthBroker.servers'],
      ],
    );
  });

  it('shows that renewed access needs no action', async () => {
    scene.set('a', 'ready', { signedIn: true, refreshable: true, expiresAt: scene.clock.now() + 60_000 });
    const rows = await scene.unfolded();
    assert.ok(rows.some((row) => labelOf(row) === 'Access: renews automatically'));
  });

  it('shows for each tool what its next call needs, its rule and its last use', async () => {
    scene.set('a', 'ready', { signedIn: true, held: ['read'] });
    scene.tools.set('https://a.example/mcp', [
      { name: 'look', title: 'Look around', description: 'Looks [here](command:evil)\u202E.' },
      { name: 'write', securitySchemes: [{ type: 'oauth2', scopes: ['write'] }] },
      { name: 'wipe' },
      { name: 'pay' },
    ]);
    scene.rules.set('wipe', 'block').set('pay', 'ask');
    scene.uses.set('look', { at: scene.clock.now() - 5 * 60_000, account: 'alice' });
    const rows = await scene.unfolded();
    const tools = rows.filter(({ id }) => id.startsWith('tool'));
    assert.deepEqual(
      tools.map(({ item }) => [item.label, item.description, item.contextValue]),
      [
        ['Tools', '4, 1 need more access, 1 blocked', 'tools'],
        ['look', 'Ready · 5m ago', 'tool ready'],
        ['write', 'Needs write', 'tool needsScopes'],
        ['wipe', 'Blocked', 'tool blocked'],
        ['pay', 'Asks', 'tool asks'],
      ],
    );
    assert.ok(tools[1]);
    assert.equal(labelOf(tools[1]), 'look: Ready; used 5 minutes ago');
    const { tooltip } = tools[1].item;
    assert.ok(typeof tooltip === 'string', 'plain text, in which no link is live');
    assert.match(
      tooltip,
      /^look – Look around\nNext call: Ready\nRule: Allow\nLast called: .*, as alice\n\nThe server says: Looks \[here\]\(command:evil\) \.$/,
    );
  });

  it('shows how to list tools if none is known, and runs that command when chosen', async () => {
    for (const name of statusNames) scene.set(name, name);
    const rows = (await scene.unfolded()).filter(({ id }) => id.startsWith('tools '));
    const start = ['start the server to list them', 'workbench.mcp.startServer'];
    const signIn = ['sign in to list them', 'mcpOAuthBroker.signIn'];
    assert.deepEqual(
      rows.map(({ item }) => [item.description, item.command?.command, String(item.command?.arguments?.[0])]),
      [
        [...start, 'some.extension/unknown'],
        [...start, 'some.extension/open'],
        [...signIn, 'signedOut'],
        [...start, 'some.extension/ready'],
        [...start, 'some.extension/needsScopes'],
        [...signIn, 'expired'],
      ],
    );
  });

  it('has a text and an icon for each state of a tool', () => {
    assert.equal(
      new Set(toolConsentNames.map((name) => toolTexts(name).label)).size,
      toolConsentNames.length,
    );
    assert.equal(new Set(toolConsentNames.map((name) => toolTexts(name).icon)).size, toolConsentNames.length);
  });

  it('has a label for screen readers in every row, in every status', async () => {
    for (const name of statusNames) {
      scene.set(name, name, {
        signedIn: true,
        account: 'alice',
        held: ['r'],
        missing: ['w'],
        detail: 'So it is.',
      });
      scene.tools.set(`https://${name.toLowerCase()}.example/mcp`, []);
      scene.tools.set(`https://${name}.example/mcp`, [
        { name: 'free' },
        { name: 'asks' },
        { name: 'blocked' },
      ]);
    }
    scene.rules.set('asks', 'ask').set('blocked', 'block');
    scene.problems = [
      { server: '', field: '', message: 'All of it is wrong.' },
      { server: 'x', field: 'url', message: 'The url is wrong.' },
      { server: 'x', field: 'toolRules.pay', message: 'The rule is wrong.' },
    ];
    const rows = await scene.unfolded();
    assert.ok(rows.length > statusNames.length * 8);
    for (const row of rows) {
      const { description } = row.item;
      const label = typeof row.item.label === 'string' ? row.item.label : '';
      const spoken = labelOf(row);
      assert.ok(spoken.length > 0, row.id);
      // All visible text is also in the label.
      if (!row.id.startsWith('problem'))
        assert.ok(label !== '' && spoken.includes(label), `${row.id}: ${spoken}`);
      if (row.id.startsWith('tool') || row.id.startsWith('fact'))
        assert.ok(spoken.includes(String(description)), `${row.id}: ${spoken}`);
      assert.equal(row.item.id, row.id);
    }
    assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length, 'ids are all different');
  });

  describe('with fifty servers of forty tools each', () => {
    beforeEach(async () => {
      for (let at = 0; at < 50; at++) {
        scene.set(`s${at}`, 'ready', { signedIn: true });
        const tools = Array.from({ length: 40 }, (_, tool) => ({ name: `t${at}_${tool}` }));
        scene.tools.set(`https://s${at}.example/mcp`, tools);
      }
      await scene.unfolded();
    });

    it('redraws the one server whose status changed', async () => {
      scene.set('s7', 'expired', { signedIn: true });
      scene.changed.fire(undefined);
      assert.deepEqual(await scene.redrawn(), ['server s7']);
    });

    it('redraws the one tool that was used', async () => {
      scene.uses.set('t9_3', { at: scene.clock.now() });
      scene.used.fire(undefined);
      assert.deepEqual(await scene.redrawn(), ['tool s9 t9_3']);
    });

    it('redraws once for a burst of changes', async () => {
      let drawn = 0;
      const subscription = scene.tree.onDidChangeTreeData(() => drawn++);
      for (let at = 0; at < 50; at++) {
        scene.set(`s${at}`, 'signedOut');
        scene.changed.fire(undefined);
      }
      assert.equal((await scene.redrawn())?.length, 50);
      subscription.dispose();
      assert.equal(drawn, 1);
    });

    it('redraws completely only when a server is added or removed, and keeps the remaining rows', async () => {
      const before = await scene.tree.getChildren();
      scene.entries.delete('s0');
      scene.changed.fire(undefined);
      assert.equal(await scene.redrawn(), undefined);
      const after = await scene.tree.getChildren();
      assert.equal(after.length, 49);
      assert.ok(
        after.every((row, at) => row === before[at + 1]),
        'the very same objects',
      );
    });

    it('redraws the tools of a server when its list changes', async () => {
      scene.tools.set('https://s3.example/mcp', [{ name: 'other' }]);
      scene.toolsChanged.fire('https://s3.example/mcp');
      assert.deepEqual(await scene.redrawn(), ['tools s3']);
    });
  });

  it('is a tree of commands, for the keyboard and the pointer', () => {
    const { contributes } = vscode.extensions.getExtension('mcp-oauth-broker.mcp-oauth-broker')
      ?.packageJSON as {
      contributes: { menus: Record<string, { command: string; when: string; group: string }[]> };
    };
    const menu = contributes.menus['view/item/context'] ?? [];
    // Inline buttons need a pointer, so each command is also in the row's menu or the palette.
    const inMenu = new Set(
      menu.filter(({ group }) => !group.startsWith('inline')).map(({ command }) => command),
    );
    for (const { command } of menu) assert.ok(inMenu.has(command), command);
    assert.ok(menu.some(({ command, when }) => command.endsWith('setToolRule') && when.includes('tool')));
  });

  it('has common commands first in a server’s menu, and also the settings', () => {
    const { contributes } = vscode.extensions.getExtension('mcp-oauth-broker.mcp-oauth-broker')
      ?.packageJSON as {
      contributes: { menus: Record<string, { command: string; when: string; group: string }[]> };
    };
    const menu = (contributes.menus['view/item/context'] ?? [])
      .filter(({ group, when }) => !group.startsWith('inline') && /\^\(?server/.test(when))
      .toSorted((a, b) => (a.group < b.group ? -1 : 1))
      .map(({ command, group }) => [command.replace('mcpOAuthBroker.', ''), group]);
    const signIns = menu.filter(([, group]) => group?.startsWith('1_sign'));
    assert.deepEqual(
      signIns.map(([command]) => command),
      [
        ...['grantScopes', 'signIn', 'cancelSignIn', 'pasteCallback', 'signInWithScopes', 'signInWithCode'],
        ...['switchAccount', 'signOut'],
      ],
    );
    assert.ok(menu.some(([command]) => command === 'openSettings'));
  });
});

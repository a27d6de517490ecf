import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ConsentStatus } from '../../src/broker/status/consentStatus.js';
import { Emitter } from '../../src/base/event.js';
import { PendingCallbacks } from '../../src/broker/callbacks/pendingCallbacks.js';
import { ContextKeys, type ContextParts, type ContextValues } from '../../src/editor/views/contextKeys.js';
import type { ServerStatus } from '../../src/editor/views/serverStatuses.js';
import { extensionId, next } from './activeExtension.js';

const { contributes } = vscode.extensions.getExtension(extensionId)?.packageJSON as {
  contributes: {
    commands: { command: string }[];
    menus: { commandPalette: { command: string; when: string }[] };
  };
};

/** The commands that the palette lists if exactly these keys are set. */
function listed(...keys: readonly (keyof ContextValues)[]): readonly string[] {
  const set = new Set(keys.map((key) => `mcpOAuthBroker.${key}`));
  const conditions = new Map(contributes.menus.commandPalette.map(({ command, when }) => [command, when]));
  return contributes.commands
    .map(({ command }) => command)
    .filter((command) =>
      (conditions.get(command) ?? '').split(' || ').some((key) => key === '' || set.has(key)),
    )
    .map((command) => command.replace('mcpOAuthBroker.', ''));
}

describe('the command palette', () => {
  const always = [
    ...['addServer', 'signIn', 'showServers', 'checkServer'],
    ...['copyInstallBadge', 'diagnoseServer', 'openSettings'],
    ...['importServers', 'undoImport', 'takeOverSettings', 'showLog'],
    ...['createClientMetadataDocument', 'admitAgent', 'connectClient'],
    ...['showToolCalls', 'exportToolCalls', 'clearToolCalls'],
  ];
  const further: Record<keyof ContextValues, readonly string[]> = {
    hasServers: [
      ...['signInWithScopes', 'signInWithCode', 'setClientKey', 'setClientId', 'copyServerUrl'],
      ...['renameServer', 'disableServer', 'removeServer', 'exportServers', 'setClientSecret', 'setToolRule'],
    ],
    hasDisabledServers: ['renameServer', 'enableServer', 'removeServer'],
    signedIn: ['signOut', 'switchAccount', 'removeAccount', 'renameAccount'],
    awaitingConsent: ['cancelSignIn'],
    awaitingCallback: ['pasteCallback'],
    needsScopes: ['grantScopes'],
    hasEndedAttempt: ['dismissAttempt'],
    hasIdentityProvider: ['setClientSecret', 'signInToIdentityProvider', 'signOutOfIdentityProvider'],
    hasAgents: [
      ...['connectAgent', 'rotateAgentKey', 'withdrawAgent'],
      ...['disconnectClient', 'showClientConfiguration'],
    ],
    agentAsks: ['grantAgent'],
    agentsPortBlocked: ['agentsPort'],
  };

  it('always lists the commands to start and to diagnose with', () => {
    assert.deepEqual(listed(), always);
  });

  for (const [key, commands] of Object.entries(further) as [keyof ContextValues, readonly string[]][]) {
    it(`lists ${commands.join(', ')} with ${key}`, () => {
      assert.deepEqual(
        listed(key).filter((command) => !always.includes(command)),
        commands,
      );
    });
  }

  it('omits only the commands that need a row', () => {
    const keys = Object.keys(further) as (keyof ContextValues)[];
    const all = contributes.commands.map(({ command }) => command.replace('mcpOAuthBroker.', ''));
    assert.deepEqual(
      all.filter((command) => !listed(...keys).includes(command)),
      ['declineAgent'],
    );
  });
});

describe('the context keys', () => {
  const changed = new Emitter<undefined>();
  const told = new Emitter<undefined>();
  const onDidChange = changed.event;
  const parts = {
    statuses: {
      entries: [] as ServerStatus[],
      all: () => Promise.resolve(parts.statuses.entries),
      onDidChange,
    },
    settings: {
      identityProvider: undefined as ContextParts['settings']['identityProvider'],
      disabled: [] as ContextParts['settings']['disabled'],
    },
    callbacks: new PendingCallbacks(),
    agents: {
      admissions: { admitted: [] as object[], all: () => Promise.resolve(parts.agents.admissions.admitted), onDidChange }, // prettier-ignore
      consents: { pending: [] as object[], onDidChange },
      port: { state: { kind: 'idle' } as ContextParts['agents']['port']['state'], onDidChange },
    },
  };
  const values = new Map<string, boolean>();
  let keys: ContextKeys;
  before(async () => {
    const first = next(told.event);
    keys = new ContextKeys(parts as unknown as ContextParts, (key, value) => {
      assert.notEqual(values.get(key), value, `${key} is told when it changes, and only then`);
      values.set(key, value);
      if (key === 'mcpOAuthBroker.agentsPortBlocked') told.fire(undefined);
      return Promise.resolve();
    });
    await first;
  });
  after(() => keys.dispose());

  const entry = (more: Partial<ConsentStatus>): ServerStatus => ({
    server: { name: 'a', url: 'https://a.example/mcp', headers: {}, oauth: {} },
    status: { server: 'a', status: 'ready', signedIn: false, held: [], missing: [], ...more },
  });
  /** The keys that are set after a change of the state, with a non-default port. */
  const setAfter = async (change: () => void): Promise<readonly string[]> => {
    change();
    const { port } = parts.agents;
    port.state =
      port.state.kind === 'blocked' ? { kind: 'idle' } : { kind: 'blocked', port: 1, why: 'foreign' };
    const heard = next(told.event);
    changed.fire(undefined);
    await heard;
    const set = [...values].filter(([, value]) => value).map(([key]) => key.replace('mcpOAuthBroker.', ''));
    return set.filter((key) => key !== 'agentsPortBlocked');
  };

  it('are unset in an empty state, and each follows its part of the state', async () => {
    assert.deepEqual([...values.values()], Array(11).fill(false));
    const { statuses, settings, callbacks, agents } = parts;
    const set = async (...entries: ServerStatus[]) => setAfter(() => (statuses.entries = entries));
    assert.deepEqual(await set(entry({})), ['hasServers']);
    assert.equal(values.get('mcpOAuthBroker.agentsPortBlocked'), true);
    assert.deepEqual(await set(entry({ signedIn: true })), ['hasServers', 'signedIn']);
    assert.equal(values.get('mcpOAuthBroker.agentsPortBlocked'), false);
    assert.deepEqual(await set(entry({ status: 'awaitingConsent' })), ['hasServers', 'awaitingConsent']);
    assert.deepEqual(await set(entry({}), entry({ status: 'needsScopes' })), ['hasServers', 'needsScopes']);
    const idle = entry({ accounts: [{ key: 'k', label: 'alice', inUse: false }] });
    assert.deepEqual(await set(idle), ['hasServers', 'signedIn']);
    const ended = entry({ lastAttempt: { kind: 'failed', at: 0 } });
    assert.deepEqual(await set(ended), ['hasServers', 'hasEndedAttempt']);
    assert.deepEqual(await set(), []);
    const waiting = callbacks.expect('state', () => undefined);
    assert.deepEqual(await set(), ['awaitingCallback']);
    waiting.dispose();
    assert.deepEqual(await set(), []);
    const disabled = [{ name: 'a', url: 'https://a.example/mcp', headers: {}, oauth: {} }];
    assert.deepEqual(await setAfter(() => (settings.disabled = disabled)), ['hasDisabledServers']);
    settings.disabled = [];
    const identityProvider = { issuer: 'https://idp.example', clientId: 'c' };
    assert.deepEqual(await setAfter(() => (settings.identityProvider = identityProvider)), ['hasIdentityProvider']); // prettier-ignore
    assert.deepEqual(
      await setAfter(() => {
        settings.identityProvider = undefined;
        agents.admissions.admitted = [{}];
        agents.consents.pending = [{}];
      }),
      ['hasAgents', 'agentAsks'],
    );
  });
});

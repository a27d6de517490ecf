import assert from 'node:assert/strict';
import type { ConsentStatus, ConsentStatusName } from '../../src/broker/status/consentStatus.js';
import { declaredAuthorization } from '../../src/broker/tools/declaredTool.js';
import { toolConsent, type ToolConsentName, type ToolFacts } from '../../src/broker/tools/toolConsent.js';

const server = (status: ConsentStatusName, more: Partial<ConsentStatus> = {}): ConsentStatus => ({
  status,
  server: 'a',
  signedIn: false,
  held: [],
  missing: [],
  ...more,
});
const signedIn = { signedIn: true, held: ['read'] };
const oauth = (...scopes: string[]) => ({ isAnonymous: false, scopes });

type Row = [what: string, facts: Omit<ToolFacts, 'tool' | 'rule'> & Partial<ToolFacts>, met: ToolConsentName];
const rows: readonly Row[] = [
  ['a server never contacted', { server: server('unknown') }, 'unknown'],
  ['an open server', { server: server('open') }, 'ready'],
  ['a signed-out server', { server: server('signedOut') }, 'needsSignIn'],
  ['a sign-in that ended', { server: server('expired', signedIn) }, 'needsSignIn'],
  ['a declined sign-in', { server: server('denied', { deniedBy: 'user' }) }, 'needsSignIn'],
  ['a refusal by policy', { server: server('denied', { ...signedIn, deniedBy: 'server' }) }, 'unavailable'],
  ['a server that is down', { server: server('unreachable', signedIn) }, 'unavailable'],
  ['broken metadata', { server: server('misconfigured') }, 'unavailable'],
  ['an open consent request', { server: server('awaitingConsent') }, 'waiting'],
  ['an open consent request for another tool', { server: server('awaitingConsent', signedIn) }, 'ready'],
  ['a ready server', { server: server('ready', signedIn) }, 'ready'],
  ['a held scope', { server: server('ready', signedIn), learned: ['read'] }, 'ready'],
  ['a missing scope', { server: server('ready', signedIn), learned: ['write'] }, 'needsScopes'],
  [
    'a missing declared scope',
    { server: server('ready', signedIn), declared: oauth('write') },
    'needsScopes',
  ],
  [
    'a declaration that a successful call disproved',
    { server: server('ready', signedIn), learned: [], declared: oauth('write') },
    'ready',
  ],
  [
    'a declined step-up for this tool',
    { server: server('denied', { ...signedIn, deniedBy: 'user' }), learned: ['write'] },
    'needsScopes',
  ],
  [
    'a declined step-up for another tool',
    { server: server('denied', { ...signedIn, deniedBy: 'user' }) },
    'ready',
  ],
  [
    'a scope just requested for this tool',
    { server: server('needsScopes', { ...signedIn, missing: ['write'], tool: 't' }) },
    'needsScopes',
  ],
  [
    'a scope requested for another tool',
    { server: server('needsScopes', { ...signedIn, missing: ['write'], tool: 'u' }) },
    'ready',
  ],
  [
    'an open consent request for the missing scope',
    { server: server('awaitingConsent', signedIn), learned: ['write'] },
    'waiting',
  ],
  ['a tool that needs no token', { server: server('signedOut'), declared: { isAnonymous: true } }, 'ready'],
  ['a rule that asks', { server: server('ready', signedIn), rule: 'ask' }, 'asks'],
  ['a rule that asks, signed out', { server: server('signedOut'), rule: 'ask' }, 'needsSignIn'],
  ['a rule that blocks', { server: server('unreachable'), rule: 'block' }, 'blocked'],
];

describe('the consent that the next call of a tool needs', () => {
  for (const [what, facts, met] of rows) {
    it(`is “${met}” with ${what}`, () => {
      assert.equal(toolConsent({ tool: 't', rule: 'allow', ...facts }).status, met);
    });
  }

  it('lists the scopes it needs and the missing ones', () => {
    const { needed, missing } = toolConsent({
      tool: 't',
      rule: 'allow',
      server: server('ready', signedIn),
      learned: ['read', 'write'],
    });
    assert.deepEqual([needed, missing], [['read', 'write'], ['write']]);
  });
});

describe("a server's declaration for a tool", () => {
  const declarations: readonly [string, object, unknown][] = [
    ['nothing', { name: 't' }, undefined],
    ['scopes', { securitySchemes: [{ type: 'oauth2', scopes: ['a', 'b', 'a'] }] }, oauth('a', 'b')],
    ['scopes in its mirror', { _meta: { securitySchemes: [{ type: 'oauth2', scopes: ['a'] }] } }, oauth('a')],
    ['no need of a token', { securitySchemes: [{ type: 'noauth' }] }, { isAnonymous: true }],
    [
      'either',
      { securitySchemes: [{ type: 'noauth' }, { type: 'oauth2', scopes: ['a'] }] },
      { isAnonymous: true, scopes: ['a'] },
    ],
    ['a token and no scopes', { securitySchemes: [{ type: 'oauth2' }] }, { isAnonymous: false }],
    ['malformed scopes', { securitySchemes: [{ type: 'oauth2', scopes: ['a b', 1, 'c'] }] }, oauth('c')],
    ['unknown schemes', { securitySchemes: [{ type: 'mtls' }, null, 'x'] }, undefined],
    ['no list', { securitySchemes: 'oauth2', _meta: null }, undefined],
  ];
  for (const [what, tool, read] of declarations) {
    it(`is read if it contains ${what}`, () => assert.deepEqual(declaredAuthorization(tool), read));
  }
});

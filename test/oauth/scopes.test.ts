import assert from 'node:assert/strict';
import type { ProtectedResource } from '../../src/oauth/protectedResourceMetadata.js';
import { initialScopes, stepUpScopes } from '../../src/oauth/scopes.js';
import { authorizationServer } from './signIn.js';

function resource(scopesSupported?: readonly string[]): ProtectedResource {
  return {
    resource: 'https://mcp.example/mcp',
    authorizationServers: ['https://as.example'],
    ...(scopesSupported && { scopesSupported }),
    warnings: [],
  };
}

const as = authorizationServer();
const openid = authorizationServer(undefined, {
  scopes_supported: ['openid', 'email', 'profile', 'offline_access'],
});

describe('scopes of a first sign-in', () => {
  it('are the configured ones exactly, over all others', () => {
    const o = {
      configured: ['c', 'c'],
      challenge: { scopes: ['a'] },
      resource: resource(['r']),
      as: openid,
      identity: true,
    };
    assert.deepEqual(initialScopes(o), ['c']);
  });

  it('are those of the challenge, else all of the resource, else none', () => {
    assert.deepEqual(initialScopes({ challenge: { scopes: ['a'] }, resource: resource(['r']), as }), ['a']);
    assert.deepEqual(initialScopes({ challenge: {}, resource: resource(['r']), as }), ['r']);
    assert.deepEqual(initialScopes({ resource: resource(), as }), []);
  });

  it('include offline_access if the authorization server lists it, and identity scopes only if requested', () => {
    assert.deepEqual(initialScopes({ resource: resource(['r']), as: openid }), ['r', 'offline_access']);
    assert.deepEqual(initialScopes({ resource: resource(['r']), as: openid, identity: true }), [
      'r',
      'offline_access',
      'openid',
      'email',
      'profile',
    ]);
    assert.deepEqual(initialScopes({ resource: resource(['r']), as, identity: true }), ['r']);
  });

  it('stay empty if none are known, so that the server uses its default', () => {
    assert.deepEqual(initialScopes({ resource: resource(), as: openid, identity: true }), []);
  });
});

describe('scopes of a step-up', () => {
  it('are all that is held and all that is missing', () => {
    assert.deepEqual(stepUpScopes(['a', 'b'], { scopes: ['b', 'c'] }), {
      union: ['a', 'b', 'c'],
      added: ['c'],
    });
  });

  it('add nothing if the challenge names no missing scope', () => {
    assert.deepEqual(stepUpScopes(['a'], { scopes: ['a'] }), { union: ['a'], added: [] });
    assert.deepEqual(stepUpScopes(['a'], {}), { union: ['a'], added: [] });
  });
});

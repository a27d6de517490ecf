import assert from 'node:assert/strict';
import type { OAuthSettings } from '../../src/broker/settings/oauthSettings.js';
import { resourceParameter, signInPolicy } from '../../src/broker/settings/signInPolicy.js';
import { serverAt } from './brokerWindow.js';

const issuer = 'https://as.example';
const policyOf = (oauth: OAuthSettings) =>
  signInPolicy({ ...serverAt('https://mcp.example/mcp'), oauth }, issuer);

describe('the policy of a sign-in', () => {
  it('is the standard’s where nothing is configured', () => {
    assert.deepEqual(policyOf({}), {
      omitResource: false,
      extraParameters: {},
      redirect: 'auto',
      exceptions: new Set(),
    });
  });

  it('has what the settings say', () => {
    const oauth = {
      ...{ clientId: 'by-hand', scopes: ['a'], audience: 'api', omitResource: true },
      ...{ extraParameters: { access_type: 'offline' }, redirect: 'loopback' as const },
      ...{ loopbackPort: 4711, loopbackPath: '/cb' },
    };
    assert.deepEqual(policyOf(oauth), { ...oauth, isLoopbackConfigured: true, exceptions: new Set() });
  });

  it('tells a loopback address of the settings from the one that a provider’s profile brings', () => {
    assert.equal(policyOf({ loopbackPath: '/cb' }).isLoopbackConfigured, true);
    const ofProfile = policyOf({ profile: 'okta' });
    assert.deepEqual([ofProfile.loopbackPort, ofProfile.isLoopbackConfigured], [47_113, undefined]);
  });

  it('has an exception when it was accepted, and not because the settings list it', () => {
    const server = {
      ...serverAt('https://mcp.example/mcp'),
      oauth: { exceptions: ['issuerMismatch'] as const },
    };
    assert.deepEqual(signInPolicy(server, issuer).exceptions, new Set());
    assert.deepEqual(
      signInPolicy(server, issuer, ['pkceNotAdvertised']).exceptions,
      new Set(['pkceNotAdvertised']),
    );
  });

  it('leaves the resource out where it says so, and where there is none', () => {
    assert.deepEqual(resourceParameter(policyOf({}), 'https://mcp.example/'), {
      resource: 'https://mcp.example/',
    });
    assert.deepEqual(resourceParameter(policyOf({}), undefined), {});
    assert.deepEqual(resourceParameter(policyOf({ omitResource: true }), 'https://mcp.example/'), {});
  });
});

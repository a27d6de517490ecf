import assert from 'node:assert/strict';
import type { OAuthSettings } from '../../src/broker/settings/oauthSettings.js';
import { resourceParameter, signInPolicy } from '../../src/broker/settings/signInPolicy.js';
import { serverAt } from './brokerWindow.js';

const issuer = 'https://as.example';
const policyOf = (oauth: OAuthSettings) =>
  signInPolicy({ ...serverAt('https://mcp.example/mcp'), oauth }, issuer);

describe('the policy of a sign-in', () => {
  it('follows the standard if nothing is configured', () => {
    assert.deepEqual(policyOf({}), {
      omitResource: false,
      extraParameters: {},
      redirect: 'auto',
      exceptions: new Set(),
    });
  });

  it('follows the settings', () => {
    const oauth = {
      ...{ clientId: 'by-hand', scopes: ['a'], audience: 'api', omitResource: true },
      ...{ extraParameters: { access_type: 'offline' }, redirect: 'loopback' as const },
      ...{ loopbackPort: 4711, loopbackPath: '/cb' },
    };
    assert.deepEqual(policyOf(oauth), { ...oauth, isLoopbackConfigured: true, exceptions: new Set() });
  });

  it('distinguishes a loopback address in the settings from one in a provider’s profile', () => {
    assert.equal(policyOf({ loopbackPath: '/cb' }).isLoopbackConfigured, true);
    const ofProfile = policyOf({ profile: 'okta' });
    assert.deepEqual([ofProfile.loopbackPort, ofProfile.isLoopbackConfigured], [47_113, undefined]);
  });

  it('has an exception only after it was accepted, not because the settings list it', () => {
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

  it('omits the resource if it is configured so, or if there is none', () => {
    assert.deepEqual(resourceParameter(policyOf({}), 'https://mcp.example/'), {
      resource: 'https://mcp.example/',
    });
    assert.deepEqual(resourceParameter(policyOf({}), undefined), {});
    assert.deepEqual(resourceParameter(policyOf({ omitResource: true }), 'https://mcp.example/'), {});
  });
});

import assert from 'node:assert/strict';
import {
  usualLoopbackPort,
  audienceParameter,
  signInPolicy,
} from '../../src/broker/settings/signInPolicy.js';
import type { OAuthSettings } from '../../src/broker/settings/oauthSettings.js';
import { serverAt } from './brokerWindow.js';

const google = 'https://accounts.google.com/';
const entraId = 'https://login.microsoftonline.com/0f1e2d3c/v2.0';

describe('the sign-in policy at a known provider', () => {
  const policyAt = (issuer: string, oauth: OAuthSettings = {}) =>
    signInPolicy({ ...serverAt('https://mcp.example/mcp'), oauth }, issuer);

  it('has the known traits of the provider', () => {
    const { redirect, extraParameters, secretRequired } = policyAt(google);
    assert.equal(redirect, 'loopback');
    assert.deepEqual(extraParameters, { access_type: 'offline', prompt: 'consent' });
    assert.equal(secretRequired, true);
    assert.equal(policyAt(entraId).omitResource, true);
    assert.equal(policyAt('https://mcp.slack.com').loopbackPort, usualLoopbackPort);
  });

  it('prefers the settings to the known traits', () => {
    const { redirect, extraParameters } = policyAt(google, {
      redirect: 'uriHandler',
      extraParameters: { prompt: 'select_account' },
    });
    assert.equal(redirect, 'uriHandler');
    assert.deepEqual(extraParameters, { access_type: 'offline', prompt: 'select_account' });
    assert.equal(policyAt(entraId, { omitResource: false }).omitResource, false);
    assert.equal(policyAt('https://mcp.slack.com', { loopbackPort: 50_000 }).loopbackPort, 50_000);
  });

  it('uses the known traits with the setting “auto”', () => {
    assert.equal(policyAt(google, { redirect: 'auto' }).redirect, 'loopback');
    assert.equal(policyAt('https://as.example', { redirect: 'auto' }).redirect, 'auto');
  });

  const known = ['https://mcp.slack.com', 'https://example.eu.auth0.com/', google, entraId];
  for (const issuer of known) {
    it(`has no known traits if the settings exclude them: ${issuer}`, () => {
      assert.deepEqual(policyAt(issuer, { profile: 'none' }), {
        omitResource: false,
        extraParameters: {},
        redirect: 'auto',
        profile: 'none',
        exceptions: new Set(),
      });
    });
  }

  it('has the traits of another provider if the settings name it', () => {
    const policy = policyAt('https://login.example', { profile: 'google', redirect: 'uriHandler' });
    assert.deepEqual(
      [policy.secretRequired, policy.redirect, policy.extraParameters['access_type']],
      [true, 'uriHandler', 'offline'],
    );
    assert.deepEqual(policyAt(google, { profile: 'google' }).redirect, 'loopback');
  });

  it('has no traits of a provider at another issuer', () => {
    assert.deepEqual(policyAt('https://as.example'), {
      omitResource: false,
      extraParameters: {},
      redirect: 'auto',
      exceptions: new Set(),
    });
  });

  it('sends the resource as audience if the provider requires that, and the configured audience first', () => {
    const auth0 = 'https://example.eu.auth0.com/';
    const resource = 'https://mcp.example/mcp';
    assert.deepEqual(audienceParameter(policyAt(auth0), resource), { audience: resource });
    assert.deepEqual(audienceParameter(policyAt(auth0, { audience: 'api' }), resource), { audience: 'api' });
    assert.deepEqual(audienceParameter(policyAt('https://as.example'), resource), {});
  });

  it('excuses nothing that the user has not accepted', () => {
    assert.deepEqual([...policyAt(entraId).exceptions], []);
  });
});

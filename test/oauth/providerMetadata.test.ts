import assert from 'node:assert/strict';
import {
  fetchAuthorizationServer,
  knownTraits,
  metadataOfSignIn,
} from '../../src/oauth/authorizationServerMetadata.js';
import type { HttpContext } from '../../src/oauth/httpContext.js';
import { flowError } from './flowErrors.js';
import { authorizationServer } from './signIn.js';

const template = 'https://login.microsoftonline.com/{tenantid}/v2.0';

/** A network with one document, at every address; what is asked is kept. */
function networkWith(issuer: string, more: object = {}): HttpContext & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    reach: 'internet',
    asked,
    fetch: (url) => {
      asked.push(url);
      const endpoints = authorizationServer('https://as.example', more);
      return Promise.resolve(Response.json({ ...endpoints, issuer }));
    },
  };
}

describe('the metadata of a known provider', () => {
  for (const name of ['common', 'organizations', 'consumers']) {
    it(`may name its template as issuer for ${name}, and keeps the requested issuer`, async () => {
      const issuer = `https://login.microsoftonline.com/${name}/v2.0`;
      assert.equal((await fetchAuthorizationServer(issuer, networkWith(template))).issuer, issuer);
    });
  }

  it('may call itself by a template nowhere else', async () => {
    for (const issuer of ['https://login.microsoftonline.com/0f1e2d3c/v2.0', 'https://as.example']) {
      await flowError('issuerMismatch', () => fetchAuthorizationServer(issuer, networkWith(template)));
    }
  });

  it('may name no other issuer for any organization', async () => {
    const issuer = 'https://login.microsoftonline.com/common/v2.0';
    await flowError('issuerMismatch', () =>
      fetchAuthorizationServer(issuer, networkWith('https://login.microsoftonline.com/0f1e2d3c/v2.0')),
    );
  });

  it('is asked for by the one spelling of its issuer', async () => {
    const network = networkWith('https://accounts.google.com');
    const as = await fetchAuthorizationServer('https://accounts.google.com/', network);
    assert.equal(as.issuer, 'https://accounts.google.com');
    await flowError('issuerMismatch', () =>
      fetchAuthorizationServer('https://accounts.google.com/', networkWith('https://accounts.google.com/')),
    );
  });

  it('supports no registration if its registration endpoint is for administrators', async () => {
    const issuer = 'https://example.okta.com';
    const registration = { registration_endpoint: `${issuer}/oauth2/v1/clients` };
    const as = await fetchAuthorizationServer(issuer, networkWith(issuer, registration));
    assert.equal(as.registration_endpoint, undefined);
    const other = 'https://as.example';
    assert.equal(
      (await fetchAuthorizationServer(other, networkWith(other, registration))).registration_endpoint,
      registration.registration_endpoint,
    );
  });

  const registration = { registration_endpoint: 'https://example.okta.com/oauth2/v1/clients' };

  it('is unchanged if the settings exclude the profile', async () => {
    const issuer = 'https://example.okta.com';
    const network = networkWith(issuer, registration);
    const as = await fetchAuthorizationServer(issuer, network, { profile: 'none' });
    assert.equal(as.registration_endpoint, registration.registration_endpoint);
    assert.deepEqual(knownTraits(as), {});
    assert.deepEqual(knownTraits(metadataOfSignIn(as)), {});
    const spelled = 'https://accounts.google.com/';
    const exact = await fetchAuthorizationServer(spelled, networkWith(spelled), { profile: 'none' });
    assert.equal(exact.issuer, spelled);
  });

  it('is treated as another provider’s if the settings name that one, except for the issuer', async () => {
    const issuer = 'https://login.example';
    const network = networkWith(issuer, registration);
    const as = await fetchAuthorizationServer(issuer, network, { profile: 'okta' });
    assert.equal(as.registration_endpoint, undefined);
    assert.equal(knownTraits(metadataOfSignIn(as)).refreshTokens, 'rotated');
    await flowError('issuerMismatch', () =>
      fetchAuthorizationServer(issuer, networkWith('https://accounts.google.com'), { profile: 'google' }),
    );
    await flowError('issuerMismatch', () =>
      fetchAuthorizationServer(issuer, networkWith(template), { profile: 'entraIdAnyOrganization' }),
    );
    const google = await fetchAuthorizationServer(issuer, networkWith(issuer), { profile: 'google' });
    assert.equal(knownTraits(google).idTokenIssuers, undefined);
  });

  it('cannot select the profile itself', async () => {
    const issuer = 'https://as.example';
    const as = await fetchAuthorizationServer(issuer, networkWith(issuer, { mcp_known_as: 'slack' }));
    assert.deepEqual(knownTraits(as), {});
  });
});

import assert from 'node:assert/strict';
import { secretFieldFault } from '../../src/broker/settings/secretFields.js';

describe('a field whose name suggests a secret', () => {
  const takenBy: Record<string, string[]> = {
    'Set Client Secret…': [
      'clientSecret',
      'client_secret',
      'CLIENT_SECRET',
      'password',
      'secret',
      'credentials',
      ...['appsecret', 'sharedsecret', 'APPSECRET', 'CLIENTSECRET2', 'userpassword', 'x-userpassword'],
    ],
    'Set Client Key…': [
      'privateKey',
      'private_key',
      'clientKey',
      'jwk',
      'jwks',
      'key.pem',
      'client_assertion',
      ...['subscriptionkey', 'accesskey', 'secretkey', 'clientassertion'],
    ],
    'Sign In…': [
      'accessToken',
      'refresh_token',
      'id_token_hint',
      'token',
      'apiKey',
      'api_key',
      'code',
      'code_verifier',
      ...['codeverifier', 'authtoken', 'sessiontoken', 'idtoken', 'myapikey', 'idToken2'],
    ],
  };
  for (const [command, fields] of Object.entries(takenBy)) {
    for (const field of fields) {
      it(`is reported with the command that stores it: ${field}`, () => {
        const said = `Secrets do not belong in settings. Remove “${field}” and run “MCP OAuth: ${command}”.`;
        assert.equal(secretFieldFault(field, 'server'), said);
      });
    }
  }

  it('is reported with a command that works for the identity provider', () => {
    for (const [field, command] of [
      ['privateKey', 'Set Client Secret…'],
      ['clientSecret', 'Set Client Secret…'],
      ['accessToken', 'Sign In to Identity Provider…'],
    ] as const)
      assert.ok(secretFieldFault(field, 'identityProvider')?.includes(`“MCP OAuth: ${command}”`), field);
  });

  for (const field of [
    ...['tokenEndpoint', 'token_endpoint_auth_method', 'token_access_type', 'tokenType', 'jwks_uri'],
    ...['publickey', 'tokenendpoint', 'acr_values', 'domain_hint', 'openapi', 'myapi', 'prompt', 'hd'],
    ...['publicKey', 'keyId', 'access_type', 'login_hint', 'issuer', 'keyboard', 'secretary', 'useApi', ''],
  ]) {
    it(`is not confused with a field that only refers to one: “${field}”`, () => {
      assert.equal(secretFieldFault(field, 'server'), undefined);
    });
  }
});

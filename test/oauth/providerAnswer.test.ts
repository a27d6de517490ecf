import assert from 'node:assert/strict';
import { OAuthFlowError } from '../../src/oauth/oauthFlowError.js';
import { inStandardForm, inStandardTexts } from '../../src/oauth/tokenResponse.js';
import { authorizationServer } from './signIn.js';

const slack = authorizationServer('https://mcp.slack.com');
const entraForAll = authorizationServer('https://login.microsoftonline.com/common/v2.0');
const tenant = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';

describe('a token response in its provider’s form', () => {
  const read = async (as: typeof slack, body: object) => {
    const standard = await inStandardForm(as, Response.json(body));
    return { issuer: standard.as.issuer, body: (await standard.answer.json()) as Record<string, unknown> };
  };
  const idToken = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

  it('has the scopes from below the token', async () => {
    const { body } = await read(slack, {
      access_token: 'theirs',
      token_type: 'user',
      authed_user: { id: 'U1', scope: 'chat:write' },
    });
    assert.deepEqual(
      [body['access_token'], body['token_type'], body['scope']],
      ['theirs', 'Bearer', 'chat:write'],
    );
  });

  it('has the user’s token from below the application’s, and nothing of the application’s with it', async () => {
    const { body } = await read(slack, {
      access_token: 'the bot’s',
      token_type: 'bot',
      refresh_token: 'the bot’s too',
      scope: 'commands',
      authed_user: { id: 'U1', access_token: 'theirs', token_type: 'user', scope: 'chat:write' },
    });
    assert.equal(body['access_token'], 'theirs');
    assert.equal(body['token_type'], 'Bearer');
    assert.equal(body['refresh_token'], undefined);
    assert.equal(body['scope'], 'chat:write');
  });

  it('keeps a token_type that is not the provider’s own', async () => {
    const { body } = await read(slack, { access_token: 'x', token_type: 'bot', authed_user: { id: 'U1' } });
    assert.equal(body['token_type'], 'bot');
  });

  it('is left as it is at every other authorization server', async () => {
    const body = { access_token: 'x', token_type: 'user', authed_user: { access_token: 'y' } };
    assert.deepEqual((await read(authorizationServer(), body)).body, body);
  });

  it('is read as another provider’s if the settings name that one, and unchanged if they name none', async () => {
    const body = { access_token: 'x', token_type: 'user', authed_user: { id: 'U1' } };
    const named = await read({ ...authorizationServer(), mcp_known_as: 'slack' }, body);
    assert.equal(named.body['token_type'], 'Bearer');
    const none = await read({ ...slack, mcp_known_as: 'none' }, body);
    assert.equal(none.body['token_type'], 'user');
  });

  it('has the issuer of the organization in its ID token if the provider serves several', async () => {
    const iss = `https://login.microsoftonline.com/${tenant}/v2.0`;
    assert.equal((await read(entraForAll, { id_token: idToken({ iss, tid: tenant }) })).issuer, iss);
  });

  it('has the issuer of no other organization', async () => {
    const other = 'https://login.microsoftonline.com/other/v2.0';
    for (const claims of [
      { iss: other, tid: tenant },
      { iss: 'https://as.example', tid: tenant },
      { iss: 'https://login.microsoftonline.com//v2.0' },
      { iss: 'https://login.microsoftonline.com/a/../b/v2.0', tid: 'a/../b' },
    ]) {
      assert.equal((await read(entraForAll, { id_token: idToken(claims) })).issuer, entraForAll.issuer);
    }
    const single = authorizationServer(`https://login.microsoftonline.com/${tenant}/v2.0`);
    assert.equal(
      (await read(single, { id_token: idToken({ iss: other, tid: 'other' }) })).issuer,
      single.issuer,
    );
  });

  it('is refused if its ID token cannot be read', async () => {
    for (const broken of ['', 'a.b.c', 'a.e30', 7]) {
      assert.equal((await read(entraForAll, { id_token: broken })).issuer, entraForAll.issuer);
    }
  });

  it('is a refusal in the standard’s code, with the provider’s own code in the message', () => {
    const refusal = new OAuthFlowError('tokenRequestRefused', 'No: invalid_code.', {
      oauthError: 'invalid_code',
    });
    const standard = inStandardTexts(slack, refusal);
    assert.ok(standard instanceof OAuthFlowError);
    assert.deepEqual(
      [standard.code, standard.message, standard.details.oauthError],
      [refusal.code, refusal.message, 'invalid_grant'],
    );
    assert.equal(inStandardTexts(authorizationServer(), refusal), refusal);
  });
});

import assert from 'node:assert/strict';
import { issuer, ScriptedInternet, tokens } from './scriptedInternet.js';
import { Victim } from './victim.js';
import { flowError } from '../oauth/flowErrors.js';

/** A token of a kind this client cannot use safely (RFC 6749 §7.1): it must not be sent as if it were Bearer. */
describe('attack: foreign token type', () => {
  const foreign: [string, unknown][] = [
    ['DPoP, which is bound to an unknown key', 'DPoP'],
    ['MAC', 'mac'],
    ['not applicable (RFC 8693)', 'N_A'],
    ['another that begins alike', 'BearerPlus'],
    ['with a space', 'Bearer '],
    ['none', undefined],
    ['no text', ['Bearer']],
  ];

  for (const [attack, token_type] of foreign) {
    it(`${attack}, for a code → invalidTokenResponse`, async () => {
      const internet = new ScriptedInternet();
      internet.publish(`${issuer}/token`, { ...tokens, token_type });
      await new Victim(internet).isRefused('invalidTokenResponse');
    });

    it(`${attack}, for a refresh token → invalidTokenResponse, and the sign-in stays as it was`, async () => {
      const victim = new Victim();
      const outcome = await victim.signIn();
      assert.ok(outcome.kind === 'signedIn');
      victim.internet.publish(`${issuer}/token`, { access_token: 'another', token_type });
      const { credential } = outcome;
      await flowError('invalidTokenResponse', () => victim.accessTokens.after401(victim.server, credential));
      const kept = await victim.credentials.reread(victim.server.url);
      assert.equal(kept?.tokens.accessToken.expose(), tokens.access_token);
    });
  }

  it('a token that would break out of its header → invalidTokenResponse', async () => {
    const internet = new ScriptedInternet();
    const access_token = `${tokens.access_token}\r\nX-Injected: yes`;
    internet.publish(`${issuer}/token`, { ...tokens, access_token, token_type: 'Bearer' });
    await new Victim(internet).isRefused('invalidTokenResponse');
  });
});

import assert from 'node:assert/strict';
import { Victim } from '../attacks/victim.js';

describe('a sign-in', () => {
  for (const [grant, fix] of [
    ['clientCredentials', /^server does not need a sign-in: the client calls .* check the server\.$/],
    ['jwtBearer', /^server does not need a sign-in: a workload calls .* check the server\.$/],
    ['enterpriseManaged', /identity provider\. Sign in there with “MCP OAuth: Sign In to Identity/],
  ] as const) {
    it(`does not start with the grant ${grant}, and the user is asked nothing`, async () => {
      const victim = new Victim(undefined, undefined, { grant, clientId: 'by-hand' });
      const outcome = await victim.signIn();
      assert.ok(outcome.kind === 'failed', outcome.kind);
      assert.equal(outcome.error.code, 'noUserSignsIn');
      assert.match(outcome.error.advice, fix);
      assert.deepEqual(victim.internet.asked, []);
      assert.equal(await victim.credentials.get(victim.server.url), undefined);
    });
  }

  it('starts with the authorization code grant, or without a configured grant', async () => {
    for (const oauth of [{}, { grant: 'authorizationCode' }] as const) {
      const victim = new Victim(undefined, undefined, oauth);
      assert.equal((await victim.signIn()).kind, 'signedIn');
    }
  });
});

import assert from 'node:assert/strict';
import { Victim } from '../attacks/victim.js';

describe('a sign-in', () => {
  for (const [grant, fix] of [
    ['clientCredentials', /^Nobody signs in to server: the client calls .* check whether it can\.$/],
    ['jwtBearer', /^Nobody signs in to server: a workload calls .* check whether it can\.$/],
    ['enterpriseManaged', /identity provider\. Sign in there, with “MCP OAuth: Sign In to Identity/],
  ] as const) {
    it(`is not begun where the grant is ${grant}, and nobody is asked anything`, async () => {
      const victim = new Victim(undefined, undefined, { grant, clientId: 'by-hand' });
      const outcome = await victim.signIn();
      assert.ok(outcome.kind === 'failed', outcome.kind);
      assert.equal(outcome.error.code, 'noUserSignsIn');
      assert.match(outcome.error.advice, fix);
      assert.deepEqual(victim.internet.asked, []);
      assert.equal(await victim.credentials.get(victim.server.url), undefined);
    });
  }

  it('is begun where the grant is the authorization code, or none is named', async () => {
    for (const oauth of [{}, { grant: 'authorizationCode' }] as const) {
      const victim = new Victim(undefined, undefined, oauth);
      assert.equal((await victim.signIn()).kind, 'signedIn');
    }
  });
});

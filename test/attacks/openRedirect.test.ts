import assert from 'node:assert/strict';
import {
  evil,
  honestMetadata,
  issuer,
  metadataOfIssuer,
  metadataOfResource,
  ScriptedInternet,
} from './scriptedInternet.js';
import { Victim } from './victim.js';

/** An open redirector at an honest address, which metadata leads to, or a server that redirects what it is sent. */
describe('attack: open redirect', () => {
  for (const [attack, from] of [
    ['the resource’s metadata', metadataOfResource],
    ['the authorization server’s metadata', metadataOfIssuer],
    ['the registration', `${issuer}/register`],
    ['the code on its way to the token endpoint', `${issuer}/token`],
  ] satisfies [string, string][]) {
    for (const status of [301, 302, 307, 308]) {
      it(`${attack}, sent on to another origin with ${status} → redirected`, async () => {
        const internet = new ScriptedInternet();
        internet.redirect(from, `${evil}/collect`, status);
        internet.publish(`${evil}/collect`, honestMetadata());
        const victim = new Victim(internet);
        await victim.isRefused('redirected');
        victim.assertNeverAsked();
      });
    }
  }

  it('a code forwarded within the origin, to a page that anyone may write → redirected', async () => {
    const internet = new ScriptedInternet();
    internet.redirect(`${issuer}/token`, '/open-redirect?to=evil', 307);
    const victim = new Victim(internet);
    await victim.isRefused('redirected');
    assert.ok(!internet.asked.some(({ url }) => url.includes('open-redirect')));
  });

  it('an authorization endpoint with a redirect_uri in its query → only ours is used', async () => {
    const internet = new ScriptedInternet();
    const authorization_endpoint = `${issuer}/authorize?redirect_uri=${encodeURIComponent(evil)}&state=known`;
    internet.publish(metadataOfIssuer, honestMetadata({ authorization_endpoint }));
    const { sentTo } = await new Victim(internet).begin();
    assert.deepEqual(sentTo?.searchParams.getAll('redirect_uri'), ['http://127.0.0.1:4711/callback']);
    assert.ok(!sentTo.href.includes('evil') && !sentTo.searchParams.getAll('state').includes('known'));
  });
});

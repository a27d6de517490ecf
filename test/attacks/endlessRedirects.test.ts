import assert from 'node:assert/strict';
import { metadataOfIssuer, metadataOfResource, ScriptedInternet } from './scriptedInternet.js';
import { Victim } from './victim.js';

/** Redirects without end: each is allowed, together they hold the user up for ever. */
describe('attack: endless redirects', () => {
  for (const [attack, next] of [
    ['in a circle of one', (url: URL) => url],
    ['to ever new addresses', (url: URL) => new URL(`${url.pathname}x`, url)],
  ] as const) {
    for (const from of [metadataOfResource, metadataOfIssuer]) {
      it(`${attack}, from ${new URL(from).pathname} → redirected, after four requests`, async () => {
        const internet = new ScriptedInternet();
        /** Where the chain has come to; it ends when far too long, so that a client that follows it ends too. */
        const lead = (url: URL, left: number): void =>
          internet.at(url.href, () => {
            const to = next(url);
            if (left > 0) lead(to, left - 1);
            const headers = { location: to.href };
            return new Response(null, left > 0 ? { status: 302, headers } : { status: 500 });
          });
        lead(new URL(from), 50);
        await new Victim(internet).isRefused('redirected');
        const followed = internet.asked.filter(({ url }) => url.startsWith(from)).length;
        assert.equal(followed, 4);
      });
    }
  }
});

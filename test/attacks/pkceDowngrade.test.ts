import assert from 'node:assert/strict';
import { honestMetadata, metadataOfIssuer, ScriptedInternet } from './scriptedInternet.js';
import { Victim } from './victim.js';

/** A server that would take a code without its verifier (RFC 9700 §2.1.1, §4.8). */
describe('attack: PKCE downgrade', () => {
  for (const [attack, more] of [
    ['PKCE not announced', { code_challenge_methods_supported: undefined }],
    ['no method at all', { code_challenge_methods_supported: [] }],
    ['only “plain”', { code_challenge_methods_supported: ['plain'] }],
    ['“S256” in other letters', { code_challenge_methods_supported: ['s256'] }],
    ['an excuse of its own', { code_challenge_methods_supported: undefined, mcp_default_endpoints: true }],
  ] satisfies [string, Record<string, unknown>][]) {
    it(`${attack} → pkceNotAdvertised`, async () => {
      const internet = new ScriptedInternet();
      internet.publish(metadataOfIssuer, honestMetadata(more));
      const victim = new Victim(internet);
      await victim.isRefused('pkceNotAdvertised');
      assert.equal(victim.tokenRequests(), 0);
    });
  }
});

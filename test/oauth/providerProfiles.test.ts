import assert from 'node:assert/strict';
import { profileIds } from '../../src/oauth/providerTraits.js';
import { profileOf, providerProfiles } from '../../src/oauth/providerProfiles.js';
import { traitTexts } from '../../src/oauth/providerTexts.js';
import { providers } from '../profiles/providers/all.js';

describe('the table of provider profiles', () => {
  it('has a test for every profile', () => {
    const tested = new Set(providers.map(({ provider }) => provider));
    assert.deepEqual([...tested].sort(), providerProfiles.map(({ name }) => name).sort());
  });

  it('has a public source and the day it was read for every profile', () => {
    for (const { name, source, read } of providerProfiles) {
      assert.ok(source.length > 0, name);
      for (const page of source) assert.equal(new URL(page).protocol, 'https:', name);
      assert.match(read, /^20\d\d-\d\d-\d\d$/, name);
    }
  });

  it('mark only unconfirmed traits as unverified', () => {
    for (const { name, traits, unverified = [] } of providerProfiles) {
      for (const trait of unverified) assert.ok(Object.hasOwn(traits, trait), `${name}: ${trait}`);
    }
  });

  it('has a name in the settings, of its own', () => {
    assert.deepEqual(
      providerProfiles.map(({ id }) => id),
      [...profileIds],
    );
  });

  it('has no two profiles for one issuer', () => {
    for (const issuer of issuers()) {
      const matching = providerProfiles.filter((profile) => profile.issuer.test(issuer));
      assert.deepEqual(
        matching.map(({ name }) => name),
        [profileOf(issuer)?.name],
        issuer,
      );
    }
  });

  it('knows no issuer that only looks like a provider’s', () => {
    for (const issuer of issuers().filter((known) => !known.includes('/realms/'))) {
      const { host, pathname } = new URL(issuer);
      const lookalikes = [
        `https://${host}.example${pathname}`,
        `https://evil.example/${issuer}`,
        issuer.replace('https:', 'http:'),
        issuer.replace('https://', 'https://user@'),
        `${issuer}?`,
        `${issuer}/further/path`,
      ];
      for (const lookalike of lookalikes) assert.equal(profileOf(lookalike), undefined, lookalike);
    }
    assert.equal(profileOf('https://as.example'), undefined);
  });

  it('asks no other origin for metadata than the server names', () => {
    for (const issuer of issuers()) {
      const { metadataIssuer } = profileOf(issuer)?.traits ?? {};
      if (metadataIssuer !== undefined) assert.equal(new URL(metadataIssuer).origin, new URL(issuer).origin);
    }
  });

  it('describes each trait in a sentence, and whether a source confirms it', () => {
    const google = providerProfiles.find(({ name }) => name === 'Google');
    assert.ok(google !== undefined);
    const said = new Map(traitTexts(google).map((words) => [words.trait, words]));
    assert.deepEqual(said.get('extraParameters'), {
      trait: 'extraParameters',
      sentence: 'The authorization request also contains access_type=offline, prompt=consent.',
      isVerified: true,
    });
    assert.equal(said.get('refreshTokens')?.isVerified, false);
    for (const { sentence } of providerProfiles.flatMap(traitTexts)) assert.match(sentence, /^[A-Z].*\.$/);
  });

  it('says no more of its further scopes than what becomes of them', () => {
    const pingOne = profileOf('https://auth.pingone.eu/0f1e2d3c/as') ?? assert.fail();
    const { sentence } = traitTexts(pingOne).find(({ trait }) => trait === 'scopes') ?? assert.fail();
    assert.equal(sentence, 'Requested in addition to the scopes that a server names: offline_access.');
  });
});

/** One of each profile at least. */
function issuers(): readonly string[] {
  return providers.flatMap(({ protectedResource }) => protectedResource.authorization_servers);
}

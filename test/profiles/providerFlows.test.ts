import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { profileOf } from '../../src/oauth/providerProfiles.js';
import type { ProviderDescription } from './providerDescription.js';
import { ProviderWindow, type SignInEnd } from './providerWindow.js';
import { providers } from './providers/all.js';

for (const description of providers) {
  const { provider, variant = '' } = description;
  describe(`a sign-in at ${provider} ${variant}`.trim(), () => {
    let window: ProviderWindow;
    afterEach(async () => {
      assert.deepEqual(await window.close(), []);
    });

    it('goes from discovery to the call, is renewed if possible, and ends as its receipt reports', async () => {
      window = await ProviderWindow.open(description);
      const end = await window.signIn();
      assert.equal(end.kind, 'signedIn', wordsOf(end));
      assert.equal((await window.call()).kind, 'response');
      await renewed(description, window);
      await signedOut(description, window);
    });

    if (description.endpoints.device !== undefined) {
      it('goes the same way with a code that is entered on another device', async () => {
        window = await ProviderWindow.open(description);
        const end = await window.signInWithCode();
        assert.equal(end.kind, 'signedIn', wordsOf(end));
        assert.equal((await window.call()).kind, 'response');
        await renewed(description, window);
      });
    }

    if (description.lifetime !== undefined) {
      it('ends when the provider has ended it', async () => {
        window = await ProviderWindow.open(description);
        assert.equal((await window.signIn()).kind, 'signedIn');
        window.provider.endGrants();
        assert.equal((await window.call()).kind, 'consentNeeded');
        assert.equal((await window.credentials.get(description.server))?.tokens.refreshToken, undefined);
      });
    }

    if (description.usedRefreshToken === 'endsTheGrantWhenUsedAgain') {
      it('uses a refresh token once for calls that come together', async () => {
        window = await ProviderWindow.open(description);
        assert.equal((await window.signIn()).kind, 'signedIn');
        window.clock.advance((description.lifetime ?? 0) * 1000);
        const calls = await Promise.all([window.call(), window.call(), window.call()]);
        assert.deepEqual(new Set(calls.map(({ kind }) => kind)), new Set(['response']));
        assert.equal(window.provider.asked('token').length, 2);
      });

      it('ends when a refresh token that was used comes again', async () => {
        window = await ProviderWindow.open(description);
        assert.equal((await window.signIn()).kind, 'signedIn');
        const before = await window.credentials.get(description.server);
        assert.ok(before !== undefined);
        window.clock.advance((description.lifetime ?? 0) * 1000);
        const renewed = await window.tokens.current(window.server);
        // As by an older copy of the storage.
        await window.credentials.put(before);
        assert.equal((await window.call()).kind, 'consentNeeded');
        assert.ok(renewed !== undefined);
        await window.credentials.put(renewed);
        assert.equal((await window.call()).kind, 'consentNeeded');
      });
    }

    it('is recognized by the issuer its server names', () => {
      for (const issuer of description.protectedResource.authorization_servers) {
        assert.equal(profileOf(issuer)?.name, description.provider);
      }
    });

    for (const refused of description.refusals) {
      it(`fails because ${refused.because}`, async () => {
        window = await ProviderWindow.open(description, refused);
        window.provider.isDenied = refused.isDenied === true;
        window.provider.registrationPolicy = refused.registrationPolicy;
        const end = await window.signIn();
        assert.equal(codeOf(end), refused.code, wordsOf(end));
        assert.match(wordsOf(end), refused.words);
        assert.equal(await window.credentials.get(window.server.url), undefined);
      });
    }
  });
}

/** Time passes until the token is at its end. */
async function renewed(description: ProviderDescription, window: ProviderWindow): Promise<void> {
  const first = await window.tokens.current(window.server);
  assert.ok(first !== undefined);
  if (description.lifetime === undefined) {
    assert.equal(first.tokens.expiresAt, undefined);
    return;
  }
  assert.ok(first.tokens.refreshToken !== undefined);
  window.clock.advance(description.lifetime * 1000);
  const second = await window.tokens.current(window.server);
  assert.notEqual(second?.tokens.accessToken.expose(), first.tokens.accessToken.expose());
  assert.equal((await window.call()).kind, 'response');
  assert.equal(
    second?.tokens.refreshToken?.expose() === first.tokens.refreshToken.expose(),
    description.usedRefreshToken === 'stays',
  );
}

async function signedOut(description: ProviderDescription, window: ProviderWindow): Promise<void> {
  const receipt = await window.signOut();
  assert.ok(receipt.kind === 'signedOut');
  assert.deepEqual(receipt.revocation, description.receipt);
  assert.equal((await window.call()).kind, 'consentNeeded');
}

function codeOf(end: SignInEnd): string {
  if (end.kind === 'failed') return end.error.code;
  return end.kind === 'declined' ? 'accessDenied' : end.kind;
}

function wordsOf(end: SignInEnd): string {
  switch (end.kind) {
    case 'failed':
      return `${end.error.message} ${end.error.details.fix}`;
    case 'declined':
      return end.detail;
    case 'errorPage':
      return end.page;
    default:
      return inspect(end);
  }
}

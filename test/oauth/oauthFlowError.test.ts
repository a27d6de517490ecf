import assert from 'node:assert/strict';
import {
  OAuthFlowError,
  usualFix,
  refusalFix,
  type OAuthFlowErrorCode,
} from '../../src/oauth/oauthFlowError.js';

describe('a failed step of the flow', () => {
  for (const code of Object.keys(usualFix) as OAuthFlowErrorCode[]) {
    it(`has a default fix: ${code}`, () => {
      const { advice, details } = new OAuthFlowError(code, 'It failed.');
      assert.match(details.fix, /^[A-Z][^\n]{5,140}\.$/);
      assert.equal(advice, `It failed. ${details.fix}`);
    });
  }

  it('has the fix of the failure itself if there is one', () => {
    const { advice } = new OAuthFlowError('unreachable', 'It failed.', { fix: 'Plug it in.' });
    assert.equal(advice, 'It failed. Plug it in.');
  });
});

describe('the fix for a refusal', () => {
  const refusals: [error: string | undefined, status: number | undefined, fix: RegExp | undefined][] = [
    ['invalid_client', 401, /Set Client Secret/],
    ['invalid_scope', undefined, /Sign In with Scopes/],
    ['invalid_target', 400, /oauth\.audience/],
    ['invalid_grant', 503, /^Sign in again\.$/],
    ['of_their_own', 503, /Try again later/],
    [undefined, 429, /Try again later/],
    ['of_their_own', 400, undefined],
  ];
  for (const [error, status, fix] of refusals) {
    it(`depends on the error and the status: ${error ?? 'no error'}, ${status ?? 'no status'}`, () => {
      const { fix: said } = refusalFix(error, status);
      if (fix === undefined) assert.equal(said, undefined);
      else assert.match(said ?? '', fix);
    });
  }
});

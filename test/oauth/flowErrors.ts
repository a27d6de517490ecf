import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { OAuthFlowError, type OAuthFlowErrorCode } from '../../src/oauth/oauthFlowError.js';

/** What a step threw, which must be an {@link OAuthFlowError} of that code, without a cause. */
export async function flowError(code: OAuthFlowErrorCode, act: () => unknown): Promise<OAuthFlowError> {
  try {
    await act();
  } catch (error) {
    assert.ok(error instanceof OAuthFlowError, inspect(error));
    assert.equal(error.code, code, error.message);
    assert.equal(error.cause, undefined);
    return error;
  }
  return assert.fail(`nothing was thrown where ${code} was expected`);
}

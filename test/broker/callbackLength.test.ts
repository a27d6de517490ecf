import assert from 'node:assert/strict';
import { isCallbackTooLong, longestCallback } from '../../src/broker/callbacks/pendingCallbacks.js';
import { authorizationServer } from '../oauth/signIn.js';

describe('the length of a callback', () => {
  const iss = { authorization_response_iss_parameter_supported: true };
  const named = (length: number) => `https://as.example/${'a'.repeat(length)}`;

  it('does not rule out the editor’s own address at a typical authorization server', () => {
    assert.equal(isCallbackTooLong(authorizationServer(named(100), iss), {}), false);
  });

  it('rules out the editor’s own address if the provider is known for long codes', () => {
    assert.equal(isCallbackTooLong(authorizationServer(named(1)), { longCodes: true }), true);
  });

  it('rules out the editor’s own address if a long issuer in the callback leaves too little room for a code', () => {
    const issuer = named(longestCallback - 600);
    assert.equal(isCallbackTooLong(authorizationServer(issuer, iss), {}), true);
    assert.equal(isCallbackTooLong(authorizationServer(issuer), {}), false);
  });
});

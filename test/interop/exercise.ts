import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Credential } from '../../src/broker/accounts/credential.js';
import { machineFetch } from '../../src/node/machine.js';
import { onWordOf } from '../../src/oauth/networkReach.js';
import { OAuthFlowError } from '../../src/oauth/oauthFlowError.js';
import type { Redacted } from '../../src/base/redacted.js';
import { refreshTokens } from '../../src/oauth/tokenRefresh.js';
import { postMcp } from '../demo/mcpCaller.js';
import type { InteropClient } from './interopClient.js';
import type { InteropPeer, InteropServer, Step } from './interopServer.js';

/** A short description of a step's result. A failed step throws. */
type Exercise = (client: InteropClient, server: InteropServer, peer: InteropPeer) => Promise<string>;

export const exercises: Readonly<Record<Step, Exercise>> = {
  'sign in': async (client) => {
    await client.signIn();
    const { client: registered, tokens } = await client.held();
    return `${registered.source}, ${tokens.scopes.join(' ') || 'no scopes'}`;
  },

  call: async (client, server) => {
    await client.call(server.readTool);
    return server.readTool;
  },

  'step up': async (client, { write }) => {
    assert.ok(write !== undefined, 'the server has no tool that needs more');
    const before = client.consents;
    assert.ok(!(await client.held()).tokens.scopes.includes(write.scope), `${write.scope} is held already`);
    await client.call(write.tool, write.arguments);
    const { tokens } = await client.held();
    assert.ok(tokens.scopes.includes(write.scope), `${write.scope} is not among ${tokens.scopes.join(' ')}`);
    assert.equal(client.consents, before + 1);
    return `to ${write.scope}`;
  },

  expire: async (client, server) => {
    const { tokens } = await client.held();
    // Only the server then knows that the token has expired, as with responses without a lifetime.
    await client.hold({ expiresAt: Date.now() + 3_600_000 });
    await untilRefused(server, tokens.accessToken);
    return renewedByCall(client, server, 'after the 401');
  },

  refresh: async (client, server) => {
    await client.hold({ expiresAt: Date.now() });
    return renewedByCall(client, server, 'ahead of the end');
  },

  reuse: async (client, server, peer) => {
    const { tokens: old } = await client.held();
    assert.ok(old.refreshToken !== undefined, 'there is no refresh token');
    await client.hold({ expiresAt: Date.now() });
    await renewedByCall(client, server, '');
    const before = client.consents;
    await client.hold({ refreshToken: old.refreshToken, expiresAt: Date.now() });
    await client.hold({ accessToken: old.accessToken });
    await untilRefused(server, old.accessToken);
    await client.call(server.readTool);
    assert.equal(client.consents - before, peer.reuse === 'refused' ? 1 : 0, 'times asked to consent');
    return peer.reuse === 'refused' ? 'refused, signed in again' : 'accepted by the server';
  },

  revoke: async (client, server, peer) => {
    const held = await client.held();
    const receipt = await client.broker.signOuts.signOut(client.server);
    assert.ok(receipt.kind === 'signedOut');
    const { refreshToken, accessToken, problem } = receipt.revocation;
    assert.equal(problem, undefined);
    assert.equal(refreshToken, peer.revocation, 'the receipt for the refresh token');
    if (refreshToken === 'notOffered') return 'the server offers none, as the receipt says';
    assert.ok(await isRefreshRefused(held, server), 'the refresh token lives on');
    if (accessToken === 'revoked') {
      const { status } = await postMcp(server.url, held.tokens.accessToken.expose());
      assert.equal(status, 401, 'the access token lives on');
    }
    return `refresh token ${refreshToken}, access token ${accessToken}`;
  },
};

/** Makes one call that renews the tokens without a user. */
async function renewedByCall(client: InteropClient, server: InteropServer, when: string): Promise<string> {
  const before = client.consents;
  const { tokens: old } = await client.held();
  await client.call(server.readTool);
  const { tokens } = await client.held();
  assert.notEqual(tokens.accessToken.expose(), old.accessToken.expose(), 'the access token is the old one');
  assert.equal(client.consents, before, 'somebody was asked');
  const rotated = tokens.refreshToken?.expose() !== old.refreshToken?.expose();
  return `${when}, refresh token ${rotated ? 'rotated' : 'kept'}`;
}

/** Waits for the server's real clock. */
async function untilRefused({ url }: InteropServer, token: Redacted): Promise<void> {
  for (let tries = 0; tries < 60; tries++) {
    const response = await postMcp(url, token.expose());
    await response.body?.cancel();
    if (response.status === 401) return;
    await delay(250);
  }
  assert.fail('the server accepts an access token that should have expired');
}

async function isRefreshRefused(
  { as, client, tokens, resource }: Credential,
  server: InteropServer,
): Promise<boolean> {
  try {
    const named = { as, client, tokens, ...(resource !== undefined && { resource }) };
    await refreshTokens(named, { fetch: machineFetch, ...onWordOf(server.url) }, () => Date.now());
    return false;
  } catch (error) {
    if (!(error instanceof OAuthFlowError)) throw error;
    // If the client was registered for one sign-in, it was deleted with it.
    if (error.code === 'refreshTokenRefused' || error.details.oauthError === 'invalid_client') return true;
    throw error;
  }
}

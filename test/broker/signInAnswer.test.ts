import assert from 'node:assert/strict';
import type { Credential } from '../../src/broker/accounts/credential.js';
import { signInAnswer } from '../../src/broker/signIn/signInAnswer.js';
import { OAuthFlowError } from '../../src/oauth/oauthFlowError.js';

const credential = {
  account: { id: 'a', label: 'alice@example.org' },
  tokens: { scopes: ['repo:read'] },
} as unknown as Credential;

describe('the report to a model about a sign-in it began', () => {
  it('names the account, and requested scopes that were not granted', () => {
    const signedIn = { kind: 'signedIn', credential, warnings: [], notGranted: [] } as const;
    assert.equal(
      signInAnswer('repositories', signedIn, []),
      'Signed in to repositories as alice@example.org. Its tools can be called now. If none are listed here, tell the user to start the server with the command “MCP: List Servers”.',
    );
    assert.match(
      signInAnswer('repositories', { ...signedIn, notGranted: ['repo:write'] }, ['repo:write', 'repo:read']),
      /Not granted: repo:write\. Tell the user/,
    );
    // A sign-in that the model joined may not have requested the scope.
    assert.match(signInAnswer('repositories', signedIn, ['repo:admin']), /Not granted: repo:admin\./);
  });

  it('contains any other outcome, and whether to try again', () => {
    const declined = { kind: 'declined', by: 'user', detail: 'It was declined' } as const;
    assert.match(
      signInAnswer('repositories', declined, []),
      /the user declined\. It was declined\. Do not try again/,
    );
    assert.match(
      signInAnswer('repositories', { kind: 'timedOut' }, []),
      /the sign-in in the browser timed out/,
    );
    assert.match(signInAnswer('repositories', { kind: 'cancelled' }, []), /was cancelled/);
    const error = new OAuthFlowError('unreachable', 'as.example does not answer.', { fix: 'Try later' });
    assert.equal(
      signInAnswer('repositories', { kind: 'failed', error }, []),
      'Not signed in to repositories: it failed. as.example does not answer. Try later.',
    );
    const open = new OAuthFlowError('notProtected', 'It answers.');
    assert.match(
      signInAnswer('repositories', { kind: 'failed', error: open }, []),
      /doesn’t require a sign-in/,
    );
  });
});

import assert from 'node:assert/strict';
import * as oauth from 'oauth4webapi';
import { bearerChallengeOf, parseChallenges } from '../../src/oauth/wwwAuthenticateChallenge.js';

function fetchChallenge(...headers: string[]) {
  const response = new Response(null, { status: 401 });
  for (const header of headers) response.headers.append('www-authenticate', header);
  return bearerChallengeOf(response);
}

/** What the library makes of the same header. */
async function libraryChallenges(header: string) {
  const response = new Response(null, { status: 401, headers: { 'www-authenticate': header } });
  try {
    await oauth.processRevocationResponse(response);
  } catch (error) {
    if (error instanceof oauth.WWWAuthenticateChallengeError) {
      return error.cause.map(({ scheme, parameters }) => ({ scheme, parameters: { ...parameters } }));
    }
  }
  return undefined;
}

describe('WWW-Authenticate challenge', () => {
  it('reads error, description, scopes, realm and metadata address', () => {
    assert.deepEqual(
      fetchChallenge(
        'Bearer realm="mcp", error="insufficient_scope", error_description="needs \\"more\\"", ' +
          'scope="repo:read repo:write repo:read", resource_metadata="https://a.example/m?x=1"',
      ),
      {
        realm: 'mcp',
        error: 'insufficient_scope',
        errorDescription: 'needs "more"',
        scopes: ['repo:read', 'repo:write'],
        resourceMetadata: new URL('https://a.example/m?x=1'),
      },
    );
  });

  it('finds Bearer in any case among several challenges', () => {
    assert.deepEqual(fetchChallenge('DPoP algs="ES256", bEaReR error=invalid_token, Basic realm="x"'), {
      error: 'invalid_token',
      dpop: { alone: false, algs: ['ES256'] },
    });
    assert.deepEqual(fetchChallenge('Negotiate abc==', 'Bearer scope="a"'), { scopes: ['a'] });
    assert.deepEqual(fetchChallenge('Bearer'), {});
  });

  it('takes a DPoP challenge in place of Bearer’s, with its algorithms', () => {
    const header = 'dPoP algs="ES256  PS256", scope="a b", resource_metadata="https://a.example/m"';
    assert.deepEqual(fetchChallenge('Basic realm="x"', header), {
      scopes: ['a', 'b'],
      resourceMetadata: new URL('https://a.example/m'),
      dpop: { alone: true, algs: ['ES256', 'PS256'] },
    });
    assert.deepEqual(fetchChallenge('DPoP'), { dpop: { alone: true } });
  });

  it('uses the one of Bearer and DPoP that has an error, with missing values from the other', () => {
    for (const headers of [
      [
        'Bearer scope="x", resource_metadata="https://a.example/m"',
        'DPoP error="insufficient_scope", scope="y"',
      ],
      [
        'DPoP scope="x", resource_metadata="https://a.example/m"',
        'Bearer error="insufficient_scope", scope="y"',
      ],
    ]) {
      assert.deepEqual(fetchChallenge(...headers), {
        error: 'insufficient_scope',
        scopes: ['y'],
        resourceMetadata: new URL('https://a.example/m'),
        dpop: { alone: false },
      });
    }
  });

  it('leaves out a metadata address that is not an absolute web address', () => {
    for (const address of ['/relative', 'ftp://a.example/', 'javascript:alert(1)', 'nonsense', '']) {
      assert.deepEqual(fetchChallenge(`Bearer resource_metadata="${address}", error="e"`), { error: 'e' });
    }
  });

  it('is undefined for a malformed or missing header, or one without Bearer', () => {
    for (const header of [
      'Bearer error="open',
      '="',
      'Bearer error=a b=c=d',
      '"Bearer"',
      'Basic realm="x"',
      '',
    ]) {
      assert.equal(fetchChallenge(header), undefined, header);
    }
    assert.equal(fetchChallenge(), undefined);
  });

  it('bounds what the server wrote, and strips control characters', () => {
    const challenge = fetchChallenge(`Bearer error_description="a\u0085\u00ad${'b'.repeat(500)}"`);
    assert.match(challenge?.errorDescription ?? '', /^a b{150,198}…$/);
  });

  it('agrees with the library on well-formed and malformed headers', async () => {
    for (const header of [
      'Bearer',
      'Bearer realm="a"',
      'Bearer realm="a", error="b"',
      'Bearer realm="a" , error=b,scope="c d"',
      'Basic realm="a, Bearer b=c", Bearer error="x"',
      'Negotiate YWJj==, Bearer error="x"',
      'DPoP algs="ES256 PS256", Bearer realm="a", Digest qop=auth',
      'Bearer error="quoted \\" inside"',
      'Bearer error = "spaced"',
      'Bearer, Basic realm="a"',
      'Bearer realm="a" Basic realm="b"',
      'Bearer error="unterminated',
      '@',
    ]) {
      const ours = parseChallenges(header)?.map(({ scheme, parameters }) => ({
        scheme,
        parameters: Object.fromEntries(parameters),
      }));
      assert.deepEqual(ours, await libraryChallenges(header), header);
    }
  });

  it('takes linear time over a hostile header', () => {
    const started = process.cpuUsage().user;
    for (const hostile of [
      'Bearer ' + 'a='.repeat(4000),
      'Bearer a="' + '\\'.repeat(8000),
      ','.repeat(8000),
    ]) {
      fetchChallenge(hostile);
    }
    assert.ok(process.cpuUsage().user - started < 1_000_000);
  });
});

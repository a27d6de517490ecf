import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fetchAuthorizationServer } from '../../src/oauth/authorizationServerMetadata.js';
import { fetchProtectedResource } from '../../src/oauth/protectedResourceMetadata.js';
import { cases } from './cases.js';
import { answering, answersWith, membersOf } from './documents.js';
import { acceptedBy, holdsFor } from './holdsFor.js';
import { addresses, anyText, mostly, perhaps } from './inputs.js';
import {
  assertOnTheInternet,
  assertScopes,
  assertSecure,
  assertShowable,
  assertSpeaksFor,
} from './oracles.js';

const textLists = fc.array(anyText, { maxLength: 3 });
const scopeLists = fc.array(fc.oneof(fc.constantFrom('a', 'b:c', 'offline_access'), anyText), {
  maxLength: 4,
});
const servers = fc.constantFrom(
  ...['https://a.example', 'https://a.example/', 'https://a.example/a', 'https://a.example/a/b'],
  ...[
    'https://a.example/a/b/',
    'https://a.example/ab',
    'https://a.example/a%2Fb?q=1',
    'https://a.example:8443/a',
  ],
);

describe('any protected resource metadata', () => {
  const issuers = fc.array(fc.oneof({ arbitrary: fc.constant('https://as.example'), weight: 3 }, addresses), {
    maxLength: 3,
  });
  const resources = fc.record({
    resource: perhaps(mostly(fc.oneof(servers, addresses))),
    authorization_servers: perhaps(mostly(issuers, 12)),
    authorization_server: fc.oneof({ arbitrary: fc.constant(undefined), weight: 5 }, addresses),
    scopes_supported: perhaps(mostly(scopeLists)),
    resource_name: perhaps(mostly(anyText)),
  });
  const given = fc.record({
    server: servers,
    /** Where the challenge says the document is, if it does. */
    named: fc.constantFrom(undefined, 'https://a.example/meta', 'https://cdn.example/meta'),
    answer: answersWith(resources),
  });

  holdsFor(
    cases.protectedResource,
    'is accepted only for the server',
    given,
    async ({ server, named, answer }) => {
      const url = new URL(server);
      const challenge = named === undefined ? undefined : { resourceMetadata: new URL(named) };
      const found = await acceptedBy(() => fetchProtectedResource(url, challenge, answering(answer)));
      if (found === undefined) return;
      assertSpeaksFor(found.resource, url);
      assert.ok(found.authorizationServers.length > 0);
      for (const issuer of found.authorizationServers) {
        assertSecure(issuer);
        assertOnTheInternet(issuer);
        assert.doesNotMatch(issuer, /[?#]/, 'RFC 8414 §2');
      }
      assertScopes(found.scopesSupported ?? []);
      assertShowable(found.resourceName);
      found.warnings.forEach(assertShowable);
      if (found.metadataUrl === undefined) return;
      const document = membersOf(answer);
      if (document['resource'] === undefined) assert.notEqual(new URL(found.metadataUrl).host, 'cdn.example');
      else assert.equal(found.resource, document['resource']);
    },
  );
});

describe('any authorization server metadata', () => {
  const endpoints = mostly(
    fc.oneof({ arbitrary: fc.constant('https://as.example/endpoint'), weight: 5 }, addresses),
    12,
  );
  const issuers = ['https://as.example', 'https://as.example/t', 'https://as.example/t/'];
  const near = [
    'https://as.example/',
    'https://AS.example',
    'https://as.example:443',
    'https://as.example/T',
  ];
  const metadata = fc.record({
    issuer: mostly(fc.constantFrom(...issuers, ...issuers, ...near), 12),
    authorization_endpoint: endpoints,
    token_endpoint: endpoints,
    registration_endpoint: perhaps(endpoints),
    revocation_endpoint: perhaps(endpoints),
    userinfo_endpoint: perhaps(endpoints),
    scopes_supported: perhaps(mostly(scopeLists)),
    response_types_supported: perhaps(mostly(fc.constantFrom(['code'], ['token'], []))),
    code_challenge_methods_supported: perhaps(mostly(textLists)),
    mcp_default_endpoints: fc.constantFrom(undefined, true),
  });
  const given = fc.record({ issuer: fc.constantFrom(...issuers), answer: answersWith(metadata) });

  holdsFor(
    cases.authorizationServer,
    'is accepted only from its issuer',
    given,
    async ({ issuer, answer }) => {
      const as = await acceptedBy(() => fetchAuthorizationServer(issuer, answering(answer)));
      if (as === undefined) return;
      assert.equal(as.issuer, issuer);
      assert.equal(membersOf(answer)['issuer'], issuer);
      for (const [name, value] of Object.entries(as)) {
        if (!name.endsWith('_endpoint')) continue;
        assertOnTheInternet(assertSecure(value).href);
      }
      assert.ok(as.authorization_endpoint !== undefined && as.token_endpoint !== undefined);
      for (const list of [
        as.scopes_supported,
        as.response_types_supported,
        as.code_challenge_methods_supported,
      ]) {
        assert.ok(list === undefined || list.every((item) => typeof item === 'string'));
      }
      assert.ok(as.response_types_supported?.includes('code') !== false);
      assert.equal(as['mcp_default_endpoints'], undefined, 'PKCE would be excused');
    },
  );
});

import assert from 'node:assert/strict';
import { fetchAuthorizationServer } from '../../src/oauth/authorizationServerMetadata.js';
import { boundedFetch } from '../../src/oauth/boundedFetch.js';
import type { HttpContext } from '../../src/oauth/httpContext.js';
import { isWithinReach, reachOf, type NetworkReach } from '../../src/oauth/networkReach.js';
import { fetchProtectedResource } from '../../src/oauth/protectedResourceMetadata.js';
import { flowError } from './flowErrors.js';

/** Answers each address with its document, and remembers what was asked for. */
function scripted(reach: NetworkReach, documents: Record<string, unknown>) {
  const asked: string[] = [];
  const http: HttpContext = {
    reach,
    fetch: (url) => {
      asked.push(url);
      const found = documents[url];
      return Promise.resolve(
        found === undefined ? new Response(null, { status: 404 }) : Response.json(found),
      );
    },
  };
  return { http, asked };
}

describe('the reach of what a server names', () => {
  const hosts: Record<NetworkReach, readonly string[]> = {
    thisMachine: [
      ...[
        'localhost',
        'LOCALHOST',
        'localhost.',
        'a.localhost',
        '127.0.0.1',
        '127.1',
        '2130706433',
        '0.0.0.0',
      ],
      ...['[::1]', '[::]', '[::ffff:127.0.0.1]'],
    ],
    privateNetwork: [
      ...['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1'],
      ...['100.127.0.1', '[fc00::1]', '[fd12::1]', '[fe80::1]', '[febf::1]', '[::ffff:10.0.0.1]'],
    ],
    internet: [
      ...['as.example', 'localhost.example', 'notlocalhost', '10.example', '9.255.0.1', '11.0.0.1'],
      ...['172.15.0.1', '172.32.0.1', '192.169.0.1', '169.253.0.1', '100.63.0.1', '100.128.0.1'],
      ...['[2001:db8::1]', '[fec0::1]', '[::ffff:1.1.1.1]'],
    ],
  };
  const all = ['internet', 'privateNetwork', 'thisMachine'] as const;

  for (const reach of all) {
    it(`finds ${reach} by the host`, () => {
      for (const host of hosts[reach]) assert.equal(reachOf(new URL(`https://${host}/`)), reach, host);
    });
  }

  it('is at most the server’s own', () => {
    for (const [near, to] of all.entries()) {
      for (const [own, from] of all.entries()) {
        for (const host of hosts[to]) {
          assert.equal(isWithinReach(new URL(`https://${host}/`), from), near <= own, `${from} → ${host}`);
        }
      }
    }
  });

  it('keeps every request of a server on the internet off this machine and its network', async () => {
    const { http, asked } = scripted('internet', {});
    for (const url of ['http://127.0.0.1:9200', 'https://localhost', 'https://192.168.1.1']) {
      const { message } = await flowError('addressOutOfReach', () => boundedFetch(url, {}, http));
      assert.ok(message.includes(url), message);
    }
    assert.deepEqual(asked, []);
  });

  it('holds for the metadata address of a challenge', async () => {
    const { http, asked } = scripted('internet', {});
    const challenge = { resourceMetadata: new URL('http://127.0.0.1:9200/secrets') };
    const error = await flowError('addressOutOfReach', () =>
      fetchProtectedResource(new URL('https://mcp.example/mcp'), challenge, http),
    );
    assert.equal(error.details.field, 'resource_metadata');
    assert.deepEqual(asked, []);
  });

  const metadata = 'https://mcp.example/.well-known/oauth-protected-resource';
  it('holds for the authorization servers of a resource', async () => {
    const document = { resource: 'https://mcp.example', authorization_servers: ['https://10.0.0.1'] };
    const { http, asked } = scripted('internet', { [metadata]: document });
    const error = await flowError('addressOutOfReach', () =>
      fetchProtectedResource(new URL('https://mcp.example'), undefined, http),
    );
    assert.equal(error.details.field, 'authorization_servers');
    assert.deepEqual(asked, [metadata]);
  });

  it('holds for an issuer, wherever it was named', async () => {
    const { http, asked } = scripted('internet', {});
    const fetching = () => fetchAuthorizationServer('https://localhost', http);
    assert.equal((await flowError('addressOutOfReach', fetching)).details.field, 'issuer');
    assert.deepEqual(asked, []);
  });

  for (const field of [
    'authorization_endpoint',
    'token_endpoint',
    'registration_endpoint',
    'revocation_endpoint',
    'userinfo_endpoint',
    'pushed_authorization_request_endpoint',
  ]) {
    it(`holds for the ${field} of an authorization server`, async () => {
      const issuer = 'https://as.example';
      const document = {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        [field]: 'http://127.0.0.1:8080/admin',
      };
      const found = { [`${issuer}/.well-known/oauth-authorization-server`]: document };
      const fetching = (reach: NetworkReach) => fetchAuthorizationServer(issuer, scripted(reach, found).http);
      for (const reach of ['internet', 'privateNetwork'] as const) {
        const error = await flowError('addressOutOfReach', () => fetching(reach));
        assert.equal(error.details.field, field);
        assert.ok(error.message.includes(`"${field}"`), error.message);
      }
      assert.equal((await fetching('thisMachine'))[field], document[field]);
    });
  }

  it('lets a server in a private network name its neighbours', async () => {
    const { http } = scripted('privateNetwork', { 'https://192.168.1.2/': {} });
    assert.equal((await boundedFetch('https://192.168.1.2/', {}, http)).status, 200);
  });
});

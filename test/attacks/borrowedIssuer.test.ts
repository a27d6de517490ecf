import assert from 'node:assert/strict';
import { ClientSecrets } from '../../src/broker/clients/clientSecrets.js';
import { accountKeyOf } from '../../src/broker/accounts/credential.js';
import { DirectGrants } from '../../src/broker/tokens/directGrants.js';
import { ServerDecisions } from '../../src/broker/settings/serverDecisions.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { clientAuthentication } from '../../src/oauth/clientAuthentication.js';
import { generateClientKey } from '../../src/oauth/clientKey.js';
import { Redacted } from '../../src/base/redacted.js';
import { flowError } from '../oauth/flowErrors.js';
import { credentialFor } from '../broker/brokerWindow.js';
import { ManualClock } from '../broker/manualClock.js';
import { MemoryMemory, MemorySecrets } from '../broker/memoryStores.js';
import {
  evil,
  honestMetadata,
  issuer,
  mcpServer,
  metadataOfResource,
  ScriptedInternet,
} from './scriptedInternet.js';

const idp = 'https://idp.example';
const idJag = 'urn:ietf:params:oauth:token-type:id-jag';

function jwt(header: object, claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(claims)}.c2ln`;
}

/**
 * A user has accepted that the metadata of an authorization server names another issuer than its server does. It
 * names the honest one's, to be brought what is good there.
 */
describe('an authorization server that claims another’s issuer', () => {
  let internet: ScriptedInternet;
  beforeEach(() => {
    internet = new ScriptedInternet();
    internet.publish(metadataOfResource, { resource: mcpServer, authorization_servers: [evil] });
    internet.publish(
      `${evil}/.well-known/oauth-authorization-server`,
      honestMetadata({ authorization_endpoint: `${evil}/authorize`, token_endpoint: `${evil}/token` }),
    );
    internet.at(`${evil}/token`, () => Response.json({ access_token: 'a', token_type: 'Bearer' }));
    internet.publish(`${idp}/.well-known/oauth-authorization-server`, {
      ...{ issuer: idp, authorization_endpoint: `${idp}/authorize`, token_endpoint: `${idp}/token` },
    });
    internet.at(`${idp}/token`, ({ form }) =>
      Response.json({
        access_token: jwt({ typ: 'oauth-id-jag+jwt' }, { aud: form.get('audience') }),
        ...{ issued_token_type: idJag, token_type: 'N_A' },
      }),
    );
  });

  const server = (
    grant: 'enterpriseManaged' | 'jwtBearer' | 'clientCredentials',
    more: ServerConfig['oauth'] = {},
  ): ServerConfig => ({
    ...{ name: 'server', url: mcpServer, headers: {} },
    oauth: { grant, clientId: 'broker', ...more },
  });
  const grants = async (of: ServerConfig, clientSecrets = new ClientSecrets(new MemorySecrets())) => {
    const decisions = new ServerDecisions(new MemoryMemory());
    await decisions.acceptException(of, evil, 'issuerMismatch');
    return new DirectGrants({
      ...{ decisions, clientSecrets, clock: new ManualClock() },
      http: { fetch: internet.fetch, resolver: internet.resolver },
      assertions: { read: () => Promise.resolve(new Redacted(jwt({}, { aud: issuer }))) },
      identityProvider: {
        ...{ issuer: idp, clientId: 'broker' },
        idToken: () => Promise.resolve(new Redacted('id.to.ken')),
      },
    });
  };
  const audienceOf = (assertion: string | null) => {
    const [, claims = ''] = (assertion ?? '').split('.');
    return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { aud: unknown }).aud;
  };
  const audiencesBrought = (parameter = 'assertion') =>
    internet.asked
      .filter(({ url }) => url === `${evil}/token`)
      .map(({ form }) => audienceOf(form.get(parameter)));

  it('is brought no identity assertion that is good there', async () => {
    const of = server('enterpriseManaged');
    const credential = await (await grants(of)).obtain(of, 'enterpriseManaged');
    const [exchange] = internet.asked.filter(({ url }) => url === `${idp}/token`);
    assert.equal(exchange?.form.get('audience'), evil);
    assert.deepEqual(audiencesBrought(), [evil]);
    assert.equal(credential?.tokens.accessToken.expose(), 'a');
  });

  it('is brought no assertion of a workload that is good there', async () => {
    for (const more of [{}, { authorizationServer: evil }] as const) {
      const of = server('jwtBearer', more);
      const obtaining = (await grants(of)).obtain(of, 'jwtBearer');
      if (!('authorizationServer' in more)) await flowError('clientOfAnotherIssuer', () => obtaining);
      // Who configures it trusts it, by its own name.
      else await obtaining;
    }
    assert.deepEqual(audiencesBrought(), [issuer]);
  });

  it('is brought no assertion of a client that is good there', async () => {
    const of = server('clientCredentials');
    const clientSecrets = new ClientSecrets(new MemorySecrets());
    await clientSecrets.putKey(of, 'broker', await generateClientKey('ES256'));
    internet.publish(
      `${evil}/.well-known/oauth-authorization-server`,
      honestMetadata({
        ...{ authorization_endpoint: `${evil}/authorize`, token_endpoint: `${evil}/token` },
        token_endpoint_auth_methods_supported: ['private_key_jwt'],
      }),
    );
    await (await grants(of, clientSecrets)).obtain(of, 'clientCredentials');
    assert.deepEqual(audiencesBrought('client_assertion'), [evil]);
  });

  it('receives an assertion with the issuer’s own spelling if only the spelling differs', async () => {
    const clientKey = await generateClientKey('ES256');
    const client = {
      ...({ clientId: 'broker', authMethod: 'private_key_jwt', source: 'preRegistered' } as const),
      ...{ redirectUris: [], clientKey },
    };
    const audience = async (asked: string) => {
      const form = new URLSearchParams();
      const as = { issuer: `${issuer}/`, mcp_named_as: asked };
      await clientAuthentication(client)(as, { client_id: 'broker' }, form, new Headers());
      return audienceOf(form.get('client_assertion'));
    };
    assert.equal(await audience(issuer), `${issuer}/`);
    assert.equal(await audience(issuer.replace('https:', 'http:')), issuer.replace('https:', 'http:'));
    assert.equal(await audience(`${issuer}:8443`), `${issuer}:8443`);
  });

  it('has separate accounts, and none of the other server’s', () => {
    const there = credentialFor(mcpServer, issuer, new ManualClock());
    const here = { ...there, as: { ...there.as, mcp_named_as: evil } };
    assert.notEqual(accountKeyOf(here), accountKeyOf(there));
    const ofClient = ({ account, ...rest }: typeof here) =>
      accountKeyOf({ ...rest, grant: 'clientCredentials' });
    assert.notEqual(ofClient(here), ofClient(there as typeof here));
  });
});

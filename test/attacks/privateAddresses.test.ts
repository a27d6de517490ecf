import assert from 'node:assert/strict';
import { flowError } from '../oauth/flowErrors.js';
import {
  honestMetadata,
  issuer,
  mcpServer,
  metadataOfIssuer,
  metadataOfResource,
  ScriptedInternet,
} from './scriptedInternet.js';
import { Victim } from './victim.js';

const inside = 'inside.evil.example';
const privateNetwork = [
  ...['10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', '169.254.169.254', 'fd00::1', 'fe80::1%eth0'],
  ...['::ffff:10.0.0.1', '64:ff9b::a00:1'],
];
const thisMachine = ['127.0.0.1', '127.8.8.8', '0.0.0.0', '::1', '::', '::ffff:127.0.0.1', '64:ff9b::7f00:1'];

/** An internet in whose metadata one address is as given. */
function naming(field: string, address: string): ScriptedInternet {
  const internet = new ScriptedInternet();
  switch (field) {
    case 'resource_metadata': {
      const headers = { 'www-authenticate': `Bearer resource_metadata="${address}"` };
      internet.at(mcpServer, () => new Response(null, { status: 401, headers }));
      break;
    }
    case 'authorization_servers':
      internet.publish(metadataOfResource, { resource: mcpServer, [field]: [address] });
      break;
    default:
      internet.publish(metadataOfIssuer, honestMetadata({ [field]: address }));
  }
  return internet;
}

/**
 * A server on the internet makes this machine ask a service of its own or of its network (server-side request
 * forgery), by the address itself or by a name that resolves to it.
 */
describe('attack: metadata that points inside', () => {
  const fields = [
    ...['resource_metadata', 'authorization_servers', 'authorization_endpoint', 'token_endpoint'],
    ...['registration_endpoint', 'userinfo_endpoint', 'revocation_endpoint'],
  ];
  for (const field of fields) {
    it(`${field} with an address inside → addressOutOfReach`, async () => {
      for (const host of ['169.254.169.254', '10.0.0.1', '127.0.0.1', 'localhost', '[::1]', '[fd00::1]']) {
        const internet = naming(field, `https://${host}/x`);
        await new Victim(internet).isRefused('addressOutOfReach');
        assert.equal(internet.askedOf(host), 0, host);
      }
    });
  }

  for (const field of fields.slice(0, 5)) {
    it(`${field} with a name that resolves inside → addressOutOfReach`, async () => {
      for (const address of [...privateNetwork, ...thisMachine]) {
        const internet = naming(field, `https://${inside}/x`);
        internet.names.set(inside, [address]);
        const victim = new Victim(internet);
        const outcome = await victim.isRefused('addressOutOfReach');
        victim.assertNeverAsked(inside);
        const place = thisMachine.includes(address) ? 'on this machine' : 'in a private network';
        assert.ok(outcome.kind === 'failed' && outcome.error.message.includes(place), address);
      }
    });
  }

  it('a name with one address outside and one inside → addressOutOfReach', async () => {
    for (const addresses of [
      ['203.0.113.9', '10.0.0.1'],
      ['::1', '203.0.113.9'],
    ]) {
      const internet = naming('token_endpoint', `https://${inside}/token`);
      internet.names.set(inside, addresses);
      const victim = new Victim(internet);
      await victim.isRefused('addressOutOfReach');
      victim.assertNeverAsked(inside);
    }
  });

  it('a name that resolves inside once it is trusted (DNS rebinding) → addressOutOfReach', async () => {
    const internet = naming('token_endpoint', `https://${inside}/token`);
    const victim = new Victim(internet);
    internet.names.set(inside, ['203.0.113.9']);
    const outcome = await victim.isRefused('addressOutOfReach', () =>
      internet.names.set(inside, ['10.0.0.1']),
    );
    victim.assertNeverAsked(inside);
    assert.ok(outcome.kind === 'failed');
  });

  it('a name that resolves differently each time → every connection goes to a checked address', async () => {
    const internet = new ScriptedInternet();
    let asked = 0;
    internet.names.set('as.example', () => (asked++ % 2 === 0 ? ['203.0.113.9'] : ['203.0.113.10']));
    const victim = new Victim(internet);
    assert.equal((await victim.signIn()).kind, 'signedIn');
    const requests = internet.asked.filter(({ url }) => url.startsWith(issuer));
    assert.ok(requests.length >= 3 && requests.every(({ addresses }) => addresses?.length === 1));
    // One resolution each, and one for the address the browser is sent to.
    assert.equal(asked, requests.length + 1);
  });

  it('refresh and revocation at a name that has moved inside → nothing is sent there', async () => {
    const victim = new Victim();
    const outcome = await victim.signIn();
    assert.ok(outcome.kind === 'signedIn');
    const before = victim.internet.askedOf('as.example');
    victim.internet.names.set('as.example', ['192.168.1.1']);
    await flowError('addressOutOfReach', () =>
      victim.accessTokens.after401(victim.server, outcome.credential),
    );
    const receipt = await victim.signOuts.signOut(victim.server);
    assert.ok(receipt.kind === 'signedOut');
    assert.notEqual(receipt.revocation.refreshToken, 'revoked');
    assert.equal(victim.internet.askedOf('as.example'), before);
  });

  it('a server that is itself on the intranet may name its neighbours, and not this machine', async () => {
    const internet = new ScriptedInternet();
    internet.names.set('mcp.example', ['10.0.0.1', 'fd00::1']);
    internet.names.set('as.example', ['10.0.0.2']);
    assert.equal((await new Victim(internet).signIn()).kind, 'signedIn');
    internet.names.set('as.example', ['127.0.0.1']);
    await new Victim(internet).isRefused('addressOutOfReach');
  });

  it('a server that is on the internet too names no neighbours', async () => {
    const internet = new ScriptedInternet();
    internet.names.set('mcp.example', ['203.0.113.7', '10.0.0.1']);
    internet.names.set('as.example', ['10.0.0.2']);
    await new Victim(internet).isRefused('addressOutOfReach');
  });

  it('names that cannot be resolved here are left to a proxy: no direct connection is made', async () => {
    const internet = new ScriptedInternet();
    internet.names.set('as.example', []);
    assert.equal((await new Victim(internet).signIn()).kind, 'signedIn');
    const requests = internet.asked.filter(({ url }) => url.startsWith(issuer));
    assert.ok(requests.every(({ addresses }) => addresses?.length === 0));
  });
});

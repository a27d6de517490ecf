import { evil, issuer, mcpServer, metadataOfResource, ScriptedInternet } from './scriptedInternet.js';
import { Victim } from './victim.js';

/**
 * Protected resource metadata for another resource (RFC 9728 §3.3, §7.3): the user signs in at an attacker's
 * server and gives it a token that opens another.
 */
describe('attack: metadata of another resource', () => {
  for (const [attack, resource] of [
    ['another origin', 'https://bank.example/mcp'],
    ['another scheme', 'http://mcp.example/mcp'],
    ['another port', 'https://mcp.example:8443/mcp'],
    ['a host that begins alike', 'https://mcp.example.evil.example/mcp'],
    ['a sibling path', 'https://mcp.example/other'],
    ['a sibling path that begins alike', 'https://mcp.example/mc'],
    ['a path below', 'https://mcp.example/mcp/admin'],
    ['a sibling by way of dots', 'https://mcp.example/mcp/../other'],
    ['another query', `${mcpServer}?tenant=2`],
    ['a user before the host', 'https://mcp.example@bank.example/mcp'],
    ['a fragment', `${mcpServer}#other`],
    ['no address', 'urn:bank'],
  ] satisfies [string, string][]) {
    it(`${attack} → resourceMismatch`, async () => {
      const internet = new ScriptedInternet();
      internet.publish(metadataOfResource, { resource, authorization_servers: [issuer] });
      const victim = new Victim(internet);
      await victim.isRefused('resourceMismatch');
      victim.assertNeverAsked('as.example');
    });
  }

  it('none at all, from a host that is not the server’s → invalidMetadata', async () => {
    const internet = new ScriptedInternet();
    const challenge = `Bearer resource_metadata="${evil}/meta"`;
    internet.at(
      mcpServer,
      () => new Response(null, { status: 401, headers: { 'www-authenticate': challenge } }),
    );
    internet.publish(`${evil}/meta`, { authorization_servers: [evil] });
    await new Victim(internet).isRefused('invalidMetadata');
  });
});

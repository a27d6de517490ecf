import assert from 'node:assert/strict';
import {
  evil,
  honestMetadata,
  issuer,
  mcpServer,
  metadataOfIssuer,
  metadataOfResource,
  ScriptedInternet,
} from './scriptedInternet.js';
import { Victim } from './victim.js';

/** Metadata of one issuer in the name of another (RFC 8414 §3.3, §6.2). */
describe('attack: metadata issuer swap', () => {
  const evilMetadata = `${evil}/.well-known/oauth-authorization-server`;
  /** The attacker's endpoints under the honest name. */
  const impersonation = honestMetadata({
    token_endpoint: `${evil}/token`,
    registration_endpoint: `${evil}/reg`,
  });

  for (const [attack, named, where, document] of [
    ['an attacker’s metadata names the honest issuer', evil, evilMetadata, impersonation],
    [
      'the honest address serves another issuer’s',
      issuer,
      metadataOfIssuer,
      { ...impersonation, issuer: evil },
    ],
    [
      'a tenant serves its neighbour’s',
      `${issuer}/t1`,
      `${metadataOfIssuer}/t1`,
      { ...impersonation, issuer: `${issuer}/t2` },
    ],
    ['a path issuer serves the root’s', `${issuer}/t1`, `${metadataOfIssuer}/t1`, impersonation],
    ['a slash more', issuer, metadataOfIssuer, { ...impersonation, issuer: `${issuer}/` }],
    ['another case', issuer, metadataOfIssuer, { ...impersonation, issuer: 'https://AS.example' }],
    [
      'the default port, spelled out',
      issuer,
      metadataOfIssuer,
      { ...impersonation, issuer: `${issuer}:443` },
    ],
  ] satisfies [string, string, string, Record<string, unknown>][]) {
    it(`${attack} → issuerMismatch`, async () => {
      const internet = new ScriptedInternet();
      internet.publish(metadataOfResource, { resource: mcpServer, authorization_servers: [named] });
      internet.publish(where, document);
      const victim = new Victim(internet);
      await victim.isRefused('issuerMismatch');
      assert.ok(!internet.asked.some(({ url }) => url === `${evil}/reg` || url === `${evil}/token`));
    });
  }
});

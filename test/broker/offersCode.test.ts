import assert from 'node:assert/strict';
import { ClientStore } from '../../src/broker/clients/clientStore.js';
import { CredentialStore } from '../../src/broker/accounts/credentialStore.js';
import type { Discovered } from '../../src/broker/discovery/discovery.js';
import { offersCode } from '../../src/broker/signIn/flows/deviceCodeFlow.js';
import { ManualClock } from './manualClock.js';
import { MemoryLog, MemorySecrets } from './memoryStores.js';

const issuer = 'https://as.example';
const server = { name: 'tools', url: 'https://mcp.example/mcp', headers: {}, oauth: {} };

/** What is known of an authorization server and of the client there. */
interface Case {
  readonly as: object;
  readonly clientId?: string;
  readonly clientMetadataUrl?: string;
  readonly offered: boolean;
}

describe('a device-code sign-in', () => {
  const codes = { device_authorization_endpoint: `${issuer}/device` };
  const registers = { registration_endpoint: `${issuer}/register` };
  const document = { client_id_metadata_document_supported: true };
  const clientMetadataUrl = 'https://client.example/mcp.json';
  const cases: Readonly<Record<string, Case>> = {
    'by a server that gives no codes': { as: registers, offered: false },
    'to a client that registers': { as: { ...codes, ...registers }, offered: true },
    'to a client of the settings': { as: codes, clientId: 'mine', offered: true },
    'without a client': { as: codes, offered: false },
    'to a client whose document names another grant': {
      as: { ...codes, ...document },
      clientMetadataUrl,
      offered: false,
    },
  };
  for (const [what, { as, clientId, clientMetadataUrl: url, offered }] of Object.entries(cases)) {
    it(`is ${offered ? 'offered' : 'not offered'} ${what}`, async () => {
      const secrets = new MemorySecrets();
      const found = {
        as: { issuer, ...as },
        policy: { ...(clientId !== undefined && { clientId }) },
      } as unknown as Discovered;
      const parts = {
        credentials: new CredentialStore(secrets, new MemoryLog()),
        clients: new ClientStore(secrets, new ManualClock()),
        clock: new ManualClock(),
        clientMetadataUrl: url,
      };
      assert.equal(await offersCode(server, found, parts), offered);
    });
  }
});

import assert from 'node:assert/strict';
import { AuthorizationCodeFlow } from '../../src/broker/signIn/flows/authorizationCodeFlow.js';
import { DeviceCodeFlow } from '../../src/broker/signIn/flows/deviceCodeFlow.js';
import { EditorAccountFlow } from '../../src/broker/signIn/flows/editorAccountFlow.js';
import { isSupported } from '../../src/broker/signIn/flows/signInFlow.js';

const issuer = 'https://as.example';
const withCodes = { issuer, device_authorization_endpoint: `${issuer}/device` };
const flows = {
  'authorization code': AuthorizationCodeFlow,
  'device code': DeviceCodeFlow,
  'editor account': EditorAccountFlow,
};

/** The traits of a server, and its supported sign-in flows. */
const cases = [
  { what: 'before discovery', oauth: {}, as: undefined, supported: ['authorization code'] },
  { what: 'without device codes', oauth: {}, as: { issuer }, supported: ['authorization code'] },
  { what: 'with device codes', oauth: {}, as: withCodes, supported: ['authorization code', 'device code'] },
  {
    what: 'with an editor account',
    oauth: { authenticationProvider: 'github' },
    as: undefined,
    supported: ['editor account'],
  },
  {
    what: 'with an editor account, whose provider also has device codes',
    oauth: { authenticationProvider: 'github' },
    as: withCodes,
    supported: ['editor account'],
  },
] as const;

describe('the sign-in flows of a server', () => {
  for (const { what, oauth, as, supported } of cases) {
    it(`${what}: ${supported.join(', ')}`, () => {
      const server = { name: 'tools', url: 'https://mcp.example/mcp', headers: {}, oauth };
      const found = Object.entries(flows)
        .filter(([, { supports }]) => isSupported(supports, server, as))
        .map(([name]) => name);
      assert.deepEqual(found, supported);
    });
  }
});

import assert from 'node:assert/strict';
import { redirectOrder, type ClientKind, type RedirectStep } from '../../src/broker/clients/redirectUri.js';
import { signInPolicy } from '../../src/broker/settings/signInPolicy.js';
import type { OAuthSettings } from '../../src/broker/settings/oauthSettings.js';
import { serverAt } from './brokerWindow.js';
import { redirectReaches } from './redirectReaches.js';

const own = 'own address';
const ownOnce = 'own address, once';
const usual = 'loopback:47113';
const anyPort = 'loopback:any';

/**
 * Follows the table in VS Code's `extensions/github-authentication/src/test/flows.test.ts`, which has the
 * same order: local server, URL handler, then the flow without a callback.
 */
const table: readonly {
  readonly place: keyof typeof redirectReaches;
  readonly policy?: OAuthSettings;
  readonly client?: ClientKind;
  readonly isTooLong?: true;
  readonly expected: readonly string[];
}[] = [
  // A client that is registered for the redirect URI.
  { place: 'desktop', expected: [usual, own, anyPort] },
  { place: 'desktop', isTooLong: true, expected: [usual, anyPort, own] },
  { place: 'portable', expected: [usual, anyPort] },
  { place: 'remoteHost', expected: [own, usual, anyPort] },
  { place: 'remoteHost', isTooLong: true, expected: [own, usual, anyPort] },
  { place: 'browser', expected: [ownOnce, usual, anyPort] },
  { place: 'localBrowser', expected: [ownOnce, usual, anyPort] },
  { place: 'headless', expected: [anyPort] },
  { place: 'desktop', policy: { loopbackPort: 4000 }, expected: ['loopback:4000', own] },
  { place: 'browser', policy: { loopbackPort: 4000 }, expected: [ownOnce, 'loopback:4000'] },
  { place: 'desktop', policy: { profile: 'okta' }, expected: [usual, own] },
  { place: 'desktop', policy: { profile: 'google' }, expected: [usual, anyPort] },
  { place: 'desktop', policy: { redirect: 'loopback' }, expected: [usual, anyPort] },
  { place: 'desktop', policy: { redirect: 'uriHandler' }, expected: [own] },
  { place: 'desktop', policy: { redirect: 'uriHandler' }, isTooLong: true, expected: [own] },
  { place: 'browser', policy: { redirect: 'uriHandler' }, expected: [ownOnce] },
  { place: 'portable', policy: { redirect: 'uriHandler' }, expected: [] },
  { place: 'headless', policy: { redirect: 'uriHandler' }, expected: [] },

  // A client ID metadata document has the editor's fixed address, loopback at any port, and the usual port.
  { place: 'desktop', client: 'document', expected: [usual, own, anyPort] },
  { place: 'portable', client: 'document', expected: [usual, anyPort] },
  { place: 'remoteHost', client: 'document', expected: [own, usual, anyPort] },
  { place: 'browser', client: 'document', expected: [usual, anyPort] },
  { place: 'headless', client: 'document', expected: [usual, anyPort] },
  { place: 'browser', client: 'document', policy: { redirect: 'uriHandler' }, expected: [ownOnce] },

  // The redirect URI registered for a client by hand cannot be read.
  { place: 'desktop', client: 'preRegistered', expected: [own, usual, anyPort] },
  { place: 'portable', client: 'preRegistered', expected: [usual, anyPort] },
  { place: 'remoteHost', client: 'preRegistered', expected: [own, usual, anyPort] },
  { place: 'browser', client: 'preRegistered', expected: [usual, anyPort] },
  { place: 'headless', client: 'preRegistered', expected: [anyPort] },
  { place: 'desktop', client: 'preRegistered', policy: { loopbackPort: 4000 }, expected: ['loopback:4000'] },
  { place: 'desktop', client: 'preRegistered', policy: { loopbackPath: '/cb' }, expected: [usual, anyPort] },
  {
    place: 'remoteHost',
    client: 'preRegistered',
    policy: { loopbackPort: 4000 },
    expected: ['loopback:4000'],
  },
  { place: 'desktop', client: 'preRegistered', policy: { profile: 'okta' }, expected: [own, usual] },
  { place: 'desktop', client: 'preRegistered', policy: { profile: 'entraId' }, expected: [usual, anyPort] },
  { place: 'browser', client: 'preRegistered', policy: { redirect: 'uriHandler' }, expected: [ownOnce] },
];

describe('the order of redirect URIs', () => {
  for (const { place, policy: oauth = {}, client = 'registered', isTooLong = false, expected } of table) {
    const settings = Object.keys(oauth).length === 0 ? '' : `, ${JSON.stringify(oauth)}`;
    const codes = isTooLong ? ', long codes' : '';
    it(`${place}, ${client}${settings}${codes}: ${expected.join(', ') || 'none'}`, () => {
      const server = { ...serverAt('https://mcp.example/mcp'), oauth };
      const steps = redirectOrder({
        reach: redirectReaches[place],
        policy: signInPolicy(server, 'https://as.example'),
        client,
        isTooLong,
      });
      assert.deepEqual(steps.map(words), expected);
    });
  }
});

function words(step: RedirectStep): string {
  if (step.kind === 'uriHandler') return step.fixed ? own : ownOnce;
  return step.fixed ? `loopback:${step.port}` : anyPort;
}

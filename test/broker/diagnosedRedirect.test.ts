import assert from 'node:assert/strict';
import { ClientStore } from '../../src/broker/clients/clientStore.js';
import { diagnosedRedirect } from '../../src/broker/diagnosis/diagnosedRedirect.js';
import type { RedirectReach, RedirectUris } from '../../src/broker/ports.js';
import type { OAuthSettings } from '../../src/broker/settings/oauthSettings.js';
import { signInPolicy } from '../../src/broker/settings/signInPolicy.js';
import type { ClientIdentity } from '../../src/oauth/clientRegistration.js';
import { OAuthFlowError } from '../../src/oauth/oauthFlowError.js';
import { SentRedirects } from '../../src/broker/clients/sentRedirects.js';
import { flowError } from '../oauth/flowErrors.js';
import { authorizationServer, publicClient } from '../oauth/signIn.js';
import { serverAt } from './brokerWindow.js';
import { ManualClock } from './manualClock.js';
import { MemoryMemory, MemorySecrets } from './memoryStores.js';
import { redirectReaches } from './redirectReaches.js';

const { desktop, portable, remoteHost, browser } = redirectReaches;
const as = authorizationServer('https://as.example', {
  authorization_response_iss_parameter_supported: true,
});
const handlerUri = 'vscode://publisher.broker/callback';
const loopbackUri = 'http://127.0.0.1:47113/callback';
const register: ClientIdentity = { kind: 'register', because: '' };
const byHand: ClientIdentity = {
  kind: 'use',
  client: { ...publicClient, source: 'preRegistered' },
  because: '',
};
const longCodes = /longer than the 2046 characters that a browser can pass on/;

describe('the diagnosed redirect URI', () => {
  let clients: ClientStore;
  let sentRedirects: SentRedirects;
  const taken = new Set<number>();
  /** Ports with a listener. */
  const open = new Set<string>();
  beforeEach(() => {
    taken.clear();
    sentRedirects = new SentRedirects(new MemoryMemory(), new ManualClock());
    clients = new ClientStore(new MemorySecrets(), new ManualClock());
  });

  afterEach(() => assert.equal(open.size, 0, 'nothing listens after a diagnosis'));

  function of(reach: RedirectReach, oauth: OAuthSettings = {}, identity = register, at = as) {
    const server = { ...serverAt('https://mcp.example/mcp'), oauth };
    const redirects: RedirectUris = {
      reach: () => Promise.resolve(reach),
      uriHandler: (path) =>
        Promise.resolve({ kind: 'uriHandler', uri: handlerUri, path, dispose: () => undefined }),
      loopback: (path, port = 0) => {
        if (taken.has(port))
          return Promise.reject(new OAuthFlowError('redirectUnavailable', `Port ${port} is taken.`));
        const uri = `http://127.0.0.1:${port}${path}`;
        open.add(uri);
        return Promise.resolve({ kind: 'loopback', uri, path, dispose: () => open.delete(uri) });
      },
    };
    const need = { server, as: at, policy: signInPolicy(server, at.issuer) };
    return diagnosedRedirect(need, identity, { redirects, clients, sentRedirects });
  }

  it('is the first that the sign-in would try, and is listed with the others', async () => {
    assert.deepEqual(await of(desktop), {
      uri: loopbackUri,
      said: [
        `The browser returns to ${loopbackUri}.`,
        `If that address cannot be used, it returns to ${handlerUri}.`,
        'If that address cannot be used, it returns to http://127.0.0.1:(any free port)/callback.',
      ],
    });
    assert.equal((await of(remoteHost)).uri, handlerUri);
    assert.equal((await of(browser)).uri, '(the editor’s own address, different each time)');
    assert.equal((await of(desktop, {}, byHand)).uri, handlerUri);
    assert.equal(
      (await of(desktop, { loopbackPort: 4711, loopbackPath: '/cb' }, byHand)).uri,
      'http://127.0.0.1:4711/cb',
    );
  });

  it('is the next one if another program uses the port, as at a sign-in', async () => {
    taken.add(47113);
    const { uri, said } = await of(desktop);
    assert.equal(uri, handlerUri);
    assert.deepEqual(said, [
      `Another program uses the port of ${loopbackUri}, so it cannot be used now.`,
      `The browser returns to ${handlerUri}.`,
      'If that address cannot be used, it returns to http://127.0.0.1:(any free port)/callback.',
    ]);
    taken.add(4711);
    const only: OAuthSettings = { loopbackPort: 4711, redirect: 'loopback' };
    await flowError('redirectUnavailable', () => of(desktop, only, byHand));
  });

  it('is shown next to the one that the last sign-in sent, even if they differ', async () => {
    await sentRedirects.sent('https://mcp.example/mcp', 'https://code.example/callback?reqid=1');
    const { said } = await of(desktop);
    assert.match(
      said[1] ?? '',
      /^The last sign-in on this machine sent https:\/\/code\.example\/callback, at \d{4}-/,
    );
  });

  it('is the one that a client was registered for after the authorization server refused another', async () => {
    await clients.noteRefusal(as.issuer, loopbackUri);
    assert.equal((await of(desktop)).uri, loopbackUri);
    await clients.put(as.issuer, handlerUri, publicClient);
    assert.equal((await of(desktop)).uri, handlerUri);
  });

  it('includes the reason why the editor’s own address is not used', async () => {
    const { said } = await of(portable);
    assert.match(said.join('\n'), /The editor’s own address is not used\. .* portable mode/);
  });

  it('explains that the user pastes the address if the browser runs on another machine', async () => {
    const pasted = /another machine\. After you sign in there, paste the address of the last page here/;
    assert.match((await of(browser, {}, byHand)).said.join('\n'), pasted);
    assert.doesNotMatch((await of(browser)).said.join('\n'), pasted);
    assert.doesNotMatch((await of(desktop)).said.join('\n'), pasted);
  });

  it('explains what happens to a callback that is too long for the editor’s own address', async () => {
    const lost = await of(desktop, { profile: 'entraId', redirect: 'uriHandler' }, byHand);
    assert.match(lost.said.join('\n'), longCodes);
    assert.match(lost.said.join('\n'), /and be lost\. A loopback address has no such limit/);
    const far = authorizationServer(`https://as.example/${'a'.repeat(1_500)}`, {
      authorization_response_iss_parameter_supported: true,
    });
    const { uri, said } = await of(desktop, {}, register, far);
    assert.equal(uri, loopbackUri);
    assert.match(said.join('\n'), /so a loopback address is used/);
    assert.equal(said.indexOf(`If that address cannot be used, it returns to ${handlerUri}.`), 2);
  });

  it('is a failure if the settings require one that cannot work here', async () => {
    const { details } = await flowError('redirectUnavailable', () => of(browser, { redirect: 'loopback' }));
    assert.equal(details.field, 'oauth.redirect');
  });
});

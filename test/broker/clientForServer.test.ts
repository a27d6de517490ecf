import assert from 'node:assert/strict';
import { clientForServer } from '../../src/broker/clientForServer.js';
import { ClientStore } from '../../src/broker/clientStore.js';
import type { RedirectUri, RedirectUris } from '../../src/broker/ports.js';
import { signInPolicy } from '../../src/broker/signInPolicy.js';
import type { AuthorizationServer } from '../../src/oauth/authorizationServerMetadata.js';
import { flowError } from '../oauth/flowErrors.js';
import {
  closeServers,
  http,
  scriptedServer,
  type ScriptedAnswer,
  type ScriptedServer,
} from '../oauth/scriptedServer.js';
import { authorizationServer } from '../oauth/signIn.js';
import { serverAt } from './brokerWindow.js';
import { ManualClock } from './manualClock.js';
import { MemorySecrets } from './memoryStores.js';

const handlerUri = 'vscode://publisher.broker/callback';
const loopbackUri = 'http://127.0.0.1:4711/callback';

/** The redirect addresses of an editor, and which of them are still held. */
class EditorRedirects implements RedirectUris {
  readonly held: string[] = [];
  #reopened = 0;

  /** @param handler whether there is a URI handler, and whether its address is always the same */
  constructor(private readonly handler: 'fixed' | 'changing' | 'none') {}

  uriHandler(path: string): ReturnType<RedirectUris['uriHandler']> {
    if (this.handler === 'none') return Promise.resolve(undefined);
    const fixed = this.handler === 'fixed';
    const uri = fixed ? handlerUri : `${handlerUri}?reqid=${this.#reopened++}`;
    return Promise.resolve({ ...this.#hold('uriHandler', uri, path), fixed });
  }

  loopback(path: string): Promise<RedirectUri> {
    return Promise.resolve(this.#hold('loopback', loopbackUri, path));
  }

  #hold(kind: RedirectUri['kind'], uri: string, path: string): RedirectUri {
    this.held.push(uri);
    const dispose = () => {
      const at = this.held.indexOf(uri);
      if (at >= 0) this.held.splice(at, 1);
    };
    return { kind, uri, path, dispose };
  }
}

describe('the client for a server', () => {
  let clients: ClientStore;
  let clock: ManualClock;
  let as: AuthorizationServer;
  let registrations: ScriptedServer;
  /** What the authorization server says to a registration for a redirect address. */
  let answer: (redirectUri: string) => ScriptedAnswer;
  beforeEach(async () => {
    clock = new ManualClock();
    clients = new ClientStore(new MemorySecrets(), clock);
    answer = () => ({ status: 201, body: { client_id: `client-${registrations.requests.length}` } });
    registrations = await scriptedServer(({ body }) =>
      answer((JSON.parse(body) as { redirect_uris: string[] }).redirect_uris.join(' ')),
    );
    as = authorizationServer(registrations.origin, {
      registration_endpoint: `${registrations.origin}/register`,
      authorization_response_iss_parameter_supported: true,
    });
  });
  afterEach(closeServers);

  const server = serverAt('https://mcp.example/mcp');
  const by = (redirects: RedirectUris, to = server, at = as) =>
    clientForServer(
      { server: to, as: at, policy: signInPolicy(to, at.issuer), scopes: ['repo:read'] },
      { redirects, clients },
      http,
    );
  const refused = (error: string) => ({ status: 400, body: { error } });

  it('is registered once for a handler whose address is fixed, and reused', async () => {
    const first = await by(new EditorRedirects('fixed'));
    const second = await by(new EditorRedirects('fixed'));
    assert.deepEqual([first.isReused, second.isReused], [false, true]);
    assert.deepEqual([first.client.clientId, second.client.clientId], ['client-1', 'client-1']);
    assert.equal(second.redirect.uri, handlerUri);
    assert.equal(registrations.requests.length, 1);
  });

  it('is registered anew once its secret has expired, and not before', async () => {
    const expires = Math.floor(clock.now() / 1000) + 600;
    answer = () => ({
      status: 201,
      body: {
        client_id: `client-${registrations.requests.length}`,
        client_secret: `secret-${registrations.requests.length}`,
        client_secret_expires_at: expires,
      },
    });
    await by(new EditorRedirects('fixed'));
    clock.advance(expires * 1000 - clock.now() - 1);
    assert.equal((await by(new EditorRedirects('fixed'))).client.clientId, 'client-1');
    clock.advance(1);
    const { client, isReused } = await by(new EditorRedirects('fixed'));
    assert.deepEqual(
      [client.clientId, client.clientSecret?.expose(), isReused],
      ['client-2', 'secret-2', false],
    );
  });

  it('is registered for each sign-in where the handler’s address changes', async () => {
    const redirects = new EditorRedirects('changing');
    await by(redirects);
    const { client, redirect, isReused } = await by(redirects);
    assert.deepEqual([client.clientId, redirect.kind, isReused], ['client-2', 'uriHandler', false]);
  });

  for (const error of ['invalid_redirect_uri', 'invalid_client_metadata']) {
    it(`is registered for loopback where the handler is refused with ${error}, and lets the handler go`, async () => {
      answer = (uri) =>
        uri === loopbackUri ? { status: 201, body: { client_id: 'by-loopback' } } : refused(error);
      const redirects = new EditorRedirects('fixed');
      const { client, redirect } = await by(redirects);
      assert.deepEqual([client.clientId, redirect.uri], ['by-loopback', loopbackUri]);
      assert.deepEqual(redirects.held, [loopbackUri]);
      assert.equal(await clients.get(as.issuer, handlerUri), undefined);
    });
  }

  for (const [what, says, asked] of [
    ['both addresses', () => refused('invalid_redirect_uri'), 2],
    ['the client for another reason', () => refused('unapproved_software_statement'), 1],
    ['it with a fault of its own', () => ({ status: 500, body: 'oops' }), 1],
  ] as const) {
    it(`holds no address after the authorization server refused ${what}`, async () => {
      answer = says;
      const redirects = new EditorRedirects('fixed');
      await flowError('registrationRefused', () => by(redirects));
      assert.deepEqual(redirects.held, []);
      assert.equal(registrations.requests.length, asked);
    });
  }

  it('registers for loopback at once where there is no handler', async () => {
    const { redirect } = await by(new EditorRedirects('none'));
    assert.equal(redirect.uri, loopbackUri);
    assert.equal(registrations.requests.length, 1);
  });

  for (const [handler, uri] of [
    ['fixed', handlerUri],
    ['changing', loopbackUri],
    ['none', loopbackUri],
  ] as const) {
    it(`registered by hand is used with ${uri} where the handler is ${handler}`, async () => {
      const redirects = new EditorRedirects(handler);
      const { client, redirect } = await by(redirects, { ...server, oauth: { clientId: 'by-hand' } });
      assert.deepEqual([client.clientId, client.source], ['by-hand', 'preRegistered']);
      assert.equal(redirect.uri, uri);
      assert.deepEqual(redirects.held, [uri]);
      assert.equal(registrations.requests.length, 0);
    });
  }

  it('is asked for, naming the setting, where nothing else is left', async () => {
    const redirects = new EditorRedirects('fixed');
    const closed = authorizationServer('https://as.example');
    const error = await flowError('clientIdRequired', () => by(redirects, server, closed));
    assert.equal(error.details.field, 'oauth.clientId');
    assert.match(error.details.fix ?? '', /at as\.example .* “server” as oauth\.clientId/);
    assert.deepEqual(redirects.held, []);
  });
});

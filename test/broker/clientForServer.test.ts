import assert from 'node:assert/strict';
import { clientForServer } from '../../src/broker/clients/clientForServer.js';
import { ClientStore } from '../../src/broker/clients/clientStore.js';
import { usualLoopbackPort, signInPolicy } from '../../src/broker/settings/signInPolicy.js';
import type { RedirectReach, RedirectUri, RedirectUris } from '../../src/broker/ports.js';
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
import { OAuthFlowError } from '../../src/oauth/oauthFlowError.js';
import { redirectReaches } from './redirectReaches.js';
import { serverAt } from './brokerWindow.js';
import { ManualClock } from './manualClock.js';
import { MemorySecrets } from './memoryStores.js';

const handlerUri = 'vscode://publisher.broker/callback';
const anyPort = 4711;
const loopbackUri = `http://127.0.0.1:${usualLoopbackPort}/callback`;
const anyLoopbackUri = `http://127.0.0.1:${anyPort}/callback`;
const { desktop, portable, remoteHost, browser, headless } = redirectReaches;

/** The redirect URIs of an editor, with a record of those still held. */
class EditorRedirects implements RedirectUris {
  readonly held: string[] = [];
  #reopened = 0;

  /** @param taken loopback ports that another program uses */
  constructor(
    private readonly place: RedirectReach,
    private readonly taken: readonly number[] = [],
  ) {}

  reach(): Promise<RedirectReach> {
    return Promise.resolve(this.place);
  }

  uriHandler(path: string): ReturnType<RedirectUris['uriHandler']> {
    const { handler } = this.place;
    if (handler !== 'fixed' && handler !== 'changing') assert.fail('There is no handler to ask for.');
    const uri = handler === 'fixed' ? handlerUri : `${handlerUri}?reqid=${this.#reopened++}`;
    return Promise.resolve(this.#hold('uriHandler', uri, path));
  }

  loopback(path: string, port = anyPort): Promise<RedirectUri> {
    if (this.taken.includes(port))
      return Promise.reject(
        new OAuthFlowError('redirectUnavailable', 'taken', { field: 'oauth.loopbackPort' }),
      );
    return Promise.resolve(this.#hold('loopback', `http://127.0.0.1:${port}/callback`, path));
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
  /** The authorization server's response to a registration for a redirect URI. */
  let answer: (redirectUri: string) => ScriptedAnswer;
  /** Its response to a request that manages a client, by the client's ID (RFC 7592). */
  let managed: (method: string, clientId: string) => ScriptedAnswer | undefined;
  beforeEach(async () => {
    clock = new ManualClock();
    clients = new ClientStore(new MemorySecrets(), clock);
    answer = () => ({ status: 201, body: { client_id: `client-${registrations.requests.length}` } });
    managed = () => undefined;
    registrations = await scriptedServer(({ method, path, body }) =>
      path === '/register'
        ? answer((JSON.parse(body) as { redirect_uris: string[] }).redirect_uris.join(' '))
        : managed(method, path.slice('/registered/'.length)),
    );
    as = authorizationServer(registrations.origin, {
      registration_endpoint: `${registrations.origin}/register`,
      authorization_response_iss_parameter_supported: true,
    });
  });
  afterEach(closeServers);

  const server = serverAt('https://mcp.example/mcp');
  const by = (
    redirects: RedirectUris,
    to = server,
    at = as,
    askClientId?: (as: AuthorizationServer) => Promise<string | undefined>,
  ) =>
    clientForServer(
      { server: to, as: at, policy: signInPolicy(to, at.issuer), scopes: ['repo:read'] },
      { redirects, clients, ...(askClientId !== undefined && { askClientId }) },
      http,
    );
  const refused = (error: string) => ({ status: 400, body: { error } });
  const deleted = () =>
    registrations.requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path);
  /** Registers a client that can be managed. */
  const manageable = (redirectUris?: readonly string[]): ScriptedAnswer => {
    const id = `client-${registrations.requests.filter(({ path }) => path === '/register').length}`;
    const management = { registration_client_uri: `${registrations.origin}/registered/${id}` };
    return {
      status: 201,
      body: {
        ...{ client_id: id, ...management, registration_access_token: 'manage' },
        ...(redirectUris !== undefined && { redirect_uris: redirectUris }),
      },
    };
  };

  it('is registered once for a handler with a fixed address, and reused', async () => {
    const first = await by(new EditorRedirects(remoteHost));
    const second = await by(new EditorRedirects(remoteHost));
    assert.deepEqual([first.isReused, second.isReused], [false, true]);
    assert.deepEqual([first.client.clientId, second.client.clientId], ['client-1', 'client-1']);
    assert.equal(second.redirect.uri, handlerUri);
    assert.equal(registrations.requests.length, 1);
  });

  it('is registered again after its secret has expired, and not before', async () => {
    const expires = Math.floor(clock.now() / 1000) + 600;
    answer = () => ({
      status: 201,
      body: {
        client_id: `client-${registrations.requests.length}`,
        client_secret: `secret-${registrations.requests.length}`,
        client_secret_expires_at: expires,
      },
    });
    await by(new EditorRedirects(remoteHost));
    clock.advance(expires * 1000 - clock.now() - 1);
    assert.equal((await by(new EditorRedirects(remoteHost))).client.clientId, 'client-1');
    clock.advance(1);
    const { client, isReused } = await by(new EditorRedirects(remoteHost));
    assert.deepEqual(
      [client.clientId, client.clientSecret?.expose(), isReused],
      ['client-2', 'secret-2', false],
    );
  });

  it('is registered for each sign-in if the handler’s address changes', async () => {
    const redirects = new EditorRedirects(browser);
    await by(redirects);
    const { client, redirect, isReused } = await by(redirects);
    assert.deepEqual([client.clientId, redirect.kind, isReused], ['client-2', 'uriHandler', false]);
  });

  for (const [what, refusal] of [
    ...['invalid_redirect_uri', 'invalid_client_metadata', 'invalid_request'].map(
      (error) => [error, () => refused(error)] as const,
    ),
    ['400 and a page', () => ({ status: 400, body: 'Bad Request' })],
  ] as const) {
    it(`is registered for loopback if the handler is refused with ${what}, and releases the handler`, async () => {
      answer = (uri) =>
        uri === loopbackUri ? { status: 201, body: { client_id: 'by-loopback' } } : refusal();
      const redirects = new EditorRedirects(remoteHost);
      const { client, redirect } = await by(redirects);
      assert.deepEqual([client.clientId, redirect.uri], ['by-loopback', loopbackUri]);
      assert.deepEqual(redirects.held, [loopbackUri]);
      assert.equal(await clients.get(as.issuer, handlerUri), undefined);
    });
  }

  for (const [what, says, asked] of [
    ['both addresses', () => refused('invalid_redirect_uri'), 2],
    ['the client for another reason', () => refused('unapproved_software_statement'), 2],
    ['further registrations because of a rate limit', () => ({ status: 429, body: {} }), 1],
    ['the registration with a server error', () => ({ status: 500, body: 'oops' }), 1],
  ] as const) {
    it(`holds no address after the authorization server refused ${what}`, async () => {
      answer = says;
      const redirects = new EditorRedirects(remoteHost);
      await flowError('registrationRefused', () => by(redirects));
      assert.deepEqual(redirects.held, []);
      assert.equal(registrations.requests.length, asked);
    });
  }

  it('is registered for loopback if the response omits the handler, and the unused client is deleted', async () => {
    answer = (uri) => manageable(uri === loopbackUri ? [uri] : []);
    const redirects = new EditorRedirects(remoteHost);
    const { client, redirect } = await by(redirects);
    assert.deepEqual([client.clientId, redirect.uri], ['client-2', loopbackUri]);
    assert.deepEqual(client.redirectUris, [loopbackUri]);
    assert.deepEqual(redirects.held, [loopbackUri]);
    assert.deepEqual(deleted(), ['/registered/client-1']);
    assert.equal(await clients.get(as.issuer, handlerUri), undefined);
  });

  it('is not used if the response omits every address it was registered for', async () => {
    answer = () => manageable(['https://elsewhere.example/callback']);
    const redirects = new EditorRedirects(remoteHost);
    const error = await flowError('registrationRefused', () => by(redirects));
    assert.equal(error.details.field, 'redirect_uris');
    assert.match(error.message, /without its redirect URI http:\/\/127\.0\.0\.1:47113\/callback/);
    assert.deepEqual(redirects.held, []);
    assert.deepEqual(deleted(), ['/registered/client-1', '/registered/client-2']);
  });

  it('is used if the response names its loopback address without the port, which varies', async () => {
    answer = () => manageable(['http://127.0.0.1/callback']);
    const { client } = await by(new EditorRedirects(headless));
    assert.deepEqual(client.redirectUris, [anyLoopbackUri]);
    assert.deepEqual(deleted(), []);
  });

  describe('that may have been deleted by the server', () => {
    for (const [what, said, id] of [
      ['still there', { status: 200, body: { client_id: 'client-1', redirect_uris: [handlerUri] } }, 1],
      ['there, without details', { status: 200, body: { client_id: 'client-1' } }, 1],
      ['unavailable because of a server error', { status: 500 }, 1],
      ['not readable', { status: 200, body: 'hello' }, 1],
      ['gone', { status: 401 }, 2],
      ['gone, with a 404', { status: 404 }, 2],
      ['registered for another address', { body: { client_id: 'client-1', redirect_uris: [] } }, 2],
      [
        'for the same address in another spelling',
        { body: { client_id: 'client-1', redirect_uris: [`${handlerUri}/`] } },
        2,
      ],
    ] as const) {
      it(`is ${id === 1 ? 'used again' : 'registered again'} if its registration is ${what}`, async () => {
        answer = () => manageable();
        managed = (method) => (method === 'GET' ? said : { status: 204 });
        await by(new EditorRedirects(remoteHost));
        await clients.doubt(as.issuer, handlerUri);
        const { client } = await by(new EditorRedirects(remoteHost));
        assert.equal(client.clientId, `client-${id}`);
        // Sign-ins that were made with it may be in use.
        assert.deepEqual(deleted(), []);
        const isAnswered = ![500, 200].includes(said.status ?? 0) || typeof said.body === 'object';
        assert.equal(await clients.isDoubted(as.issuer, handlerUri), !isAnswered);
      });
    }

    it('is managed with the token and address from its registration response', async () => {
      answer = () => manageable();
      const uri = `${registrations.origin}/registered/client-1?again`;
      const body = {
        ...{ client_id: 'client-1', registration_client_uri: uri, registration_access_token: 'newer' },
      };
      managed = () => ({ body });
      await by(new EditorRedirects(remoteHost));
      await clients.doubt(as.issuer, handlerUri);
      await by(new EditorRedirects(remoteHost));
      const { management } = (await clients.get(as.issuer, handlerUri)) ?? assert.fail();
      assert.deepEqual([management?.uri, management?.token.expose()], [uri, 'newer']);
      assert.equal(registrations.requests[1]?.headers.authorization, 'Bearer manage');
    });
  });

  it('is its metadata document if the server supports them, whatever was registered before', async () => {
    await by(new EditorRedirects(remoteHost));
    const clientMetadataUrl = 'https://client.example/mcp.json';
    const { client } = await clientForServer(
      {
        server,
        as: { ...as, client_id_metadata_document_supported: true },
        policy: signInPolicy(server, as.issuer),
        scopes: [],
      },
      { redirects: new EditorRedirects(remoteHost), clients, clientMetadataUrl },
      http,
    );
    assert.deepEqual([client.clientId, client.source], [clientMetadataUrl, 'clientIdMetadataDocument']);
  });

  it('is registered for loopback at once without a handler', async () => {
    const { redirect } = await by(new EditorRedirects(headless));
    assert.equal(redirect.uri, anyLoopbackUri);
    assert.equal(registrations.requests.length, 1);
  });

  describe('on a desktop', () => {
    it('is registered once for the usual loopback port, and reused', async () => {
      const first = await by(new EditorRedirects(desktop));
      const second = await by(new EditorRedirects(desktop));
      assert.deepEqual([first.isReused, second.isReused], [false, true]);
      assert.deepEqual([first.redirect.uri, second.redirect.uri], [loopbackUri, loopbackUri]);
      assert.equal(first.client.isOneTime, undefined);
      assert.equal(registrations.requests.length, 1);
    });

    it('is registered for the handler while another program uses the usual port, and for loopback afterwards', async () => {
      const redirects = new EditorRedirects(desktop, [usualLoopbackPort]);
      assert.equal((await by(redirects)).redirect.uri, handlerUri);
      assert.equal((await by(redirects)).isReused, true);
      assert.deepEqual(redirects.held, [handlerUri, handlerUri]);
      assert.equal((await by(new EditorRedirects(desktop))).redirect.uri, loopbackUri);
      assert.equal(registrations.requests.length, 2);
    });

    it('is registered for one sign-in at a free port if the usual port is in use and the handler is refused', async () => {
      answer = (uri) => (uri === handlerUri ? refused('invalid_redirect_uri') : manageable([uri]));
      const redirects = new EditorRedirects(desktop, [usualLoopbackPort]);
      const { client, redirect } = await by(redirects);
      assert.deepEqual([redirect.uri, client.isOneTime], [anyLoopbackUri, true]);
      assert.deepEqual(redirects.held, [anyLoopbackUri]);
    });

    it('that was registered for the handler earlier is registered once more, for loopback', async () => {
      await by(new EditorRedirects(remoteHost));
      const { redirect, client } = await by(new EditorRedirects(desktop));
      assert.deepEqual([redirect.uri, client.clientId], [loopbackUri, 'client-2']);
    });

    it('that was registered for the handler earlier is used if no other client can be registered now', async () => {
      await by(new EditorRedirects(remoteHost));
      answer = () => ({ status: 429, body: {} });
      const redirects = new EditorRedirects(desktop);
      const { redirect, client } = await by(redirects);
      assert.deepEqual([redirect.uri, client.clientId], [handlerUri, 'client-1']);
      assert.deepEqual(redirects.held, [handlerUri]);
    });

    it('is registered for loopback only once if that is refused and the handler is accepted', async () => {
      answer = (uri) => (uri === handlerUri ? manageable([uri]) : refused('invalid_redirect_uri'));
      for (let round = 0; round < 3; round++) {
        const redirects = new EditorRedirects(desktop);
        assert.equal((await by(redirects)).redirect.uri, handlerUri);
        assert.deepEqual(redirects.held, [handlerUri]);
      }
      assert.equal(registrations.requests.length, 2);
    });

    it('is registered for loopback again after the client for the handler is deleted', async () => {
      answer = (uri) => (uri === handlerUri ? manageable([uri]) : refused('invalid_redirect_uri'));
      await by(new EditorRedirects(desktop));
      await clients.remove(as.issuer, handlerUri);
      answer = (uri) => manageable([uri]);
      assert.equal((await by(new EditorRedirects(desktop))).redirect.uri, loopbackUri);
    });

    it('is registered at a free port and not for the handler, if the editor could truncate a callback to the handler', async () => {
      const policy = { ...signInPolicy(server, as.issuer), longCodes: true } as const;
      const redirects = new EditorRedirects(desktop, [usualLoopbackPort]);
      const { redirect } = await clientForServer(
        { server, as, policy, scopes: [] },
        { redirects, clients },
        http,
      );
      assert.equal(redirect.uri, anyLoopbackUri);
    });

    it('of the settings is refused if another program uses its port, and the error names the port', async () => {
      const configured = { ...server, oauth: { redirect: 'loopback', loopbackPort: 4000 } } as const;
      const error = await flowError('redirectUnavailable', () =>
        by(new EditorRedirects(desktop, [4000]), configured),
      );
      assert.equal(error.details.field, 'oauth.loopbackPort');
      assert.equal(registrations.requests.length, 0);
    });
  });

  for (const [what, redirect, place, message] of [
    ['the handler in portable mode', 'uriHandler', portable, /portable mode/],
    ['the handler without an editor', 'uriHandler', headless, /No editor runs here/],
    ['loopback, in a browser elsewhere', 'loopback', browser, /different machine/],
    ['loopback, on a remote machine', 'loopback', remoteHost, /different machine/],
  ] as const) {
    for (const oauth of [{ redirect }, { redirect, clientId: 'by-hand' }]) {
      it(`${'clientId' in oauth ? 'of the settings' : 'to register'} is refused ${what}, and the error names the setting`, async () => {
        const redirects = new EditorRedirects(place);
        const error = await flowError('redirectUnavailable', () => by(redirects, { ...server, oauth }));
        assert.equal(error.details.field, 'oauth.redirect');
        assert.match(error.details.fix, /Set oauth\.redirect to "auto"/);
        assert.match(error.message, message);
        assert.deepEqual([redirects.held, registrations.requests], [[], []]);
      });
    }
  }

  it('of a provider that accepts loopback alone uses a pasted callback if the browser runs on another machine', async () => {
    const policy = { ...signInPolicy(server, as.issuer), clientId: 'by-hand', redirect: 'loopback' } as const;
    const chosen = async (place: RedirectReach) => {
      const redirects = new EditorRedirects(place);
      return (await clientForServer({ server, as, policy, scopes: [] }, { redirects, clients }, http))
        .redirect;
    };
    const [elsewhere, here] = [await chosen(browser), await chosen(desktop)];
    assert.deepEqual([elsewhere.uri, elsewhere.isOutOfReach], [loopbackUri, true]);
    assert.deepEqual([here.uri, here.isOutOfReach], [loopbackUri, false]);
  });

  for (const [place, uri] of [
    ['desktop', handlerUri],
    ['portable', loopbackUri],
    ['remoteHost', handlerUri],
    ['browser', loopbackUri],
    ['headless', anyLoopbackUri],
  ] as const) {
    it(`registered by hand is used with ${uri} if the extension runs at ${place}`, async () => {
      const redirects = new EditorRedirects(redirectReaches[place]);
      const { client, redirect } = await by(redirects, { ...server, oauth: { clientId: 'by-hand' } });
      assert.deepEqual([client.clientId, client.source], ['by-hand', 'preRegistered']);
      assert.equal(redirect.uri, uri);
      assert.deepEqual(redirects.held, [uri]);
      assert.equal(registrations.requests.length, 0);
    });
  }

  it('is requested from the user, with the name of the setting, if no other way is left', async () => {
    const redirects = new EditorRedirects(remoteHost);
    const closed = authorizationServer('https://as.example');
    const error = await flowError('clientIdRequired', () => by(redirects, server, closed));
    assert.equal(error.details.field, 'oauth.clientId');
    assert.match(error.details.fix, /at as\.example .* as oauth\.clientId in the settings of “server”/);
    assert.deepEqual(redirects.held, []);
  });

  describe('after a refused registration', () => {
    const client = async (status: number, asked: string[], entered?: string) => {
      answer = () => ({ status, body: { error: 'access_denied', error_description: 'Not here' } });
      return by(new EditorRedirects(remoteHost), server, as, (at) => {
        asked.push(at.issuer);
        return Promise.resolve(entered);
      });
    };

    it('is requested from the user, and the refusal stays the reason if there is none', async () => {
      const asked: string[] = [];
      await flowError('registrationRefused', () => client(403, asked));
      assert.deepEqual(asked, [as.issuer]);
      assert.equal((await client(400, asked, 'by-hand')).client.clientId, 'by-hand');
    });

    it('is not requested if another attempt may succeed', async () => {
      const asked: string[] = [];
      for (const status of [429, 503])
        await flowError('registrationRefused', () => client(status, asked, 'by-hand'));
      assert.deepEqual(asked, []);
    });
  });
});

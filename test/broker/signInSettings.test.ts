import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { SignInQuestions } from '../../src/broker/signIn/userQuestions.js';
import type { Fetch } from '../../src/oauth/httpContext.js';
import { OAuthFlowError } from '../../src/oauth/oauthFlowError.js';
import { Redacted } from '../../src/base/redacted.js';
import { preRegisteredClientId } from '../demo/authorizationServer.js';
import { startRelayWorld, type RelayWorld, type RelayWorldOptions } from '../relay/relayWorld.js';

/** The questions to a user in the editor, and their answers. */
class Answers implements SignInQuestions {
  readonly asked: string[] = [];

  constructor(private readonly answers: { accept?: boolean; choose?: string; clientId?: string } = {}) {}

  authorizationServer(_server: unknown, issuers: readonly string[]): Promise<string | undefined> {
    this.asked.push(`authorizationServer ${issuers.length}`);
    return Promise.resolve(this.answers.choose);
  }

  acceptException(_server: unknown, name: string): Promise<boolean> {
    this.asked.push(name);
    return Promise.resolve(this.answers.accept === true);
  }

  clientId(): Promise<string | undefined> {
    this.asked.push('clientId');
    return Promise.resolve(this.answers.clientId);
  }
}

const otherIssuer = 'https://as.example';

interface ChangedNetwork {
  readonly fetch: Fetch;
  /** Addresses, oldest first. */
  readonly asked: string[];
  /** If true, every request with a token receives a 401. */
  refuseTokens: boolean;
}

/** Returns a network on which metadata differs from the demo world's. */
function changedMetadata(change: {
  readonly authorizationServer?: (document: Record<string, unknown>) => void;
  readonly resource?: (document: { authorization_servers: string[] }) => void;
}): ChangedNetwork {
  const network: ChangedNetwork = {
    asked: [],
    refuseTokens: false,
    fetch: (url, init) => changing(url, init),
  };
  const changing = async (url: string, init: RequestInit) => {
    network.asked.push(url);
    if (network.refuseTokens && new Headers(init.headers).has('authorization'))
      return new Response(null, { status: 401 });
    const response = await fetch(url, init);
    const apply = url.includes('/.well-known/oauth-protected-resource')
      ? change.resource
      : url.includes('/.well-known/')
        ? change.authorizationServer
        : undefined;
    if (apply === undefined || !response.ok) return response;
    const document = (await response.json()) as Record<string, unknown> & { authorization_servers: string[] };
    apply(document);
    return Response.json(document);
  };
  return network;
}

const withoutPkce = () =>
  changedMetadata({
    authorizationServer: (document) => delete document['code_challenge_methods_supported'],
  });
const otherName = () =>
  changedMetadata({ authorizationServer: (document) => (document['issuer'] = otherIssuer) });
const twoServers = () =>
  changedMetadata({ resource: (document) => document.authorization_servers.unshift(otherIssuer) });

describe('the settings of a sign-in', () => {
  let stage: RelayWorld | undefined;
  afterEach(async () => {
    await stage?.close();
    stage = undefined;
  });
  const start = async (options: RelayWorldOptions) => (stage = await startRelayWorld(options));
  const withOauth = (oauth: object, more: RelayWorldOptions = {}) =>
    start({ ...more, oauth: { repositories: oauth } });
  /** Returns the address that the browser opens. */
  const visit = async (world: RelayWorld) => {
    const attempt = world.broker.signIns.begin(world.server('repositories'), { deadline: 60_000 });
    const response = await fetch((await attempt.launchPage()).address, { redirect: 'manual' });
    const location = response.headers.get('location');
    return { attempt, page: await response.text(), asked: location === null ? undefined : new URL(location) };
  };
  const requested = async (world: RelayWorld) => {
    const { asked } = await visit(world);
    assert.ok(asked, 'the browser is sent on');
    return asked.searchParams;
  };
  const failure = async (world: RelayWorld) => {
    const { attempt } = await visit(world);
    const outcome = await attempt.outcome;
    assert.ok(outcome.kind === 'failed');
    return outcome.error;
  };

  it('apply to the authorization request', async () => {
    const asked = await requested(
      await withOauth({
        audience: 'api',
        extraParameters: { access_type: 'offline' },
        scopes: ['repo:read'],
      }),
    );
    assert.equal(asked.get('audience'), 'api');
    assert.equal(asked.get('access_type'), 'offline');
    assert.equal(asked.get('scope'), 'repo:read');
    assert.equal(asked.get('prompt'), null);
  });

  it('omit the resource from every request and from the stored sign-in', async () => {
    const bodies: string[] = [];
    const world = await withOauth(
      { omitResource: true, scopes: ['openid', 'offline_access'] },
      {
        fetch: (url, init) => {
          if (url.endsWith('/token')) bodies.push((init.body as URLSearchParams).toString());
          return fetch(url, init);
        },
      },
    );
    await world.signIn('repositories');
    const stored = await world.broker.credentials.reread(world.server('repositories').url);
    assert.ok(stored);
    assert.equal(stored.resource, undefined);
    assert.equal(bodies.length, 1);
    assert.ok(!bodies.some((body) => body.includes('resource=')));
  });

  it('restrict the client ID and its secret to the issuer of their first use', async () => {
    const world = await withOauth({ clientId: preRegisteredClientId });
    const server = world.server('repositories');
    const { clientSecrets } = world.broker;
    await clientSecrets.put(server, preRegisteredClientId, new Redacted('hush'));
    assert.equal((await requested(world)).get('client_id'), preRegisteredClientId);
    world.broker.signIns.running(server)?.cancel();
    await clientSecrets.put(server, preRegisteredClientId, new Redacted('hush'));
    await clientSecrets.get(server, preRegisteredClientId, otherIssuer);
    const error = await failure(world);
    assert.equal(error.code, 'clientOfAnotherIssuer');
    assert.ok(!error.message.includes('hush'));
  });

  it("set the callback's port and path, also in the registration", async () => {
    const port = await freePort();
    const world = await withOauth({ redirect: 'loopback', loopbackPort: port, loopbackPath: '/my/way' });
    const attempt = world.broker.signIns.begin(world.server('repositories'), { deadline: 60_000 });
    const callback = await world.signInPages((await attempt.launchPage()).address);
    assert.equal(callback.origin + callback.pathname, `http://127.0.0.1:${port}/my/way`);
    assert.equal((await fetch(`${callback.origin}/elsewhere`)).status, 404);
    assert.equal((await fetch(callback)).status, 200);
    assert.equal((await attempt.outcome).kind, 'signedIn');
    await assert.rejects(fetch(callback), 'the port is let go of');
    // The redirect URI is the same, so the client is reused.
    await world.signIn('repositories');
    assert.equal(world.world.authorizationServer.eventsOf('registration').length, 1);
  });

  it('report a port that another program uses', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    try {
      const error = await failure(await withOauth({ loopbackPort: port }));
      assert.equal(error.code, 'redirectUnavailable');
      assert.match(error.message, new RegExp(`port ${port} on 127\\.0\\.0\\.1`));
    } finally {
      taken.close();
    }
  });

  it('fail if they require the editor’s address and there is none', async () => {
    const error = await failure(await withOauth({ redirect: 'uriHandler' }));
    assert.deepEqual([error.code, error.details.field], ['redirectUnavailable', 'oauth.redirect']);
  });

  describe('with an exception', () => {
    it('apply in a process without a user', async () => {
      const world = await withOauth({ exceptions: ['pkceNotAdvertised'] }, { fetch: withoutPkce().fetch });
      assert.equal((await requested(world)).get('code_challenge_method'), 'S256');
    });

    it('do not apply if they name another exception', async () => {
      const world = await withOauth({ exceptions: ['issuerMismatch'] }, { fetch: withoutPkce().fetch });
      assert.equal((await failure(world)).code, 'pkceNotAdvertised');
      assert.equal(world.world.authorizationServer.eventsOf('registration').length, 0);
    });

    it('ask the user once, and the page points to the editor', async () => {
      const questions = new Answers({ accept: true });
      const world = await start({ questions, fetch: withoutPkce().fetch });
      const { attempt, page } = await visit(world);
      assert.match(page, /The editor has a question/);
      assert.match(page, /<meta http-equiv="refresh" content="0; url=http:\/\/127/);
      assert.deepEqual(questions.asked, ['pkceNotAdvertised']);
      attempt.cancel();
      await attempt.outcome;
      assert.ok((await visit(world)).asked);
      assert.deepEqual(questions.asked, ['pkceNotAdvertised']);
    });

    it('end the sign-in with the fault if the user does not accept', async () => {
      const questions = new Answers({ accept: false });
      const world = await start({ questions, fetch: otherName().fetch });
      const { attempt, page } = await visit(world);
      const outcome = await attempt.outcome;
      assert.ok(outcome.kind === 'failed');
      assert.equal(outcome.error.code, 'issuerMismatch');
      assert.match(page, /couldn’t start/);
      assert.deepEqual(questions.asked, ['issuerMismatch']);
    });

    it('continue with the discovered issuer name if the user accepts', async () => {
      const questions = new Answers({ accept: true });
      const world = await start({
        questions,
        fetch: otherName().fetch,
        oauth: { repositories: { loopbackPort: await freePort() } },
      });
      const { page } = await visit(world);
      assert.match(page, /http-equiv="refresh"/);
      const keys = [...world.secrets.entries.keys()].filter((key) => key.startsWith('client '));
      assert.equal(keys.length, 1);
      assert.ok(keys[0]?.startsWith(`client ${world.world.authorizationServer.issuer} `), keys[0]);
    });
  });

  describe('if the server names several authorization servers', () => {
    it('select the one they name', async () => {
      const network = twoServers();
      const world = await startRelayWorld({ fetch: network.fetch });
      stage = world;
      const { issuer } = world.world.authorizationServer;
      const configured = { ...world.server('repositories'), oauth: { authorizationServer: issuer } };
      const attempt = world.broker.signIns.begin(configured, { deadline: 60_000 });
      const visited = await fetch((await attempt.launchPage()).address, { redirect: 'manual' });
      assert.ok(visited.headers.get('location')?.startsWith(issuer));
      assert.ok(!network.asked.some((url) => url.startsWith(otherIssuer)));
    });

    it('are rejected if they name one that is not listed', async () => {
      const world = await withOauth({ authorizationServer: 'https://evil.example' });
      const error = await failure(world);
      assert.deepEqual(
        [error.code, error.details.field],
        ['noAuthorizationServer', 'oauth.authorizationServer'],
      );
      assert.match(error.message, /does not name https:\/\/evil\.example/);
    });

    it('let the user choose, once', async () => {
      const network = changedMetadata({
        resource: (document) => document.authorization_servers.push(otherIssuer),
      });
      const world = await startRelayWorld({ fetch: network.fetch, questions: new Answers() });
      stage = world;
      const declined = await visit(world);
      assert.deepEqual((await declined.attempt.outcome).kind, 'declined');
      assert.equal(world.world.authorizationServer.eventsOf('registration').length, 0);
      await world.close();

      const questions = new Answers();
      const again = await startRelayWorld({ fetch: network.fetch, questions });
      stage = again;
      Object.assign(questions, { answers: { choose: again.world.authorizationServer.issuer } });
      const first = await visit(again);
      assert.match(first.page, /http-equiv="refresh"/);
      first.attempt.cancel();
      await first.attempt.outcome;
      assert.ok((await visit(again)).asked);
      assert.deepEqual(questions.asked, ['authorizationServer 2']);
    });
  });

  it('request a client ID if there is no other way, and continue the same attempt', async () => {
    const questions = new Answers({ clientId: preRegisteredClientId });
    const world = await start({ questions, dynamicRegistration: false });
    const { attempt, page } = await visit(world);
    assert.match(page, new RegExp(`client_id=${preRegisteredClientId}`));
    assert.equal(attempt.phase, 'waitingForConsent');
    assert.deepEqual(questions.asked, ['clientId']);
  });

  it('prefer a client ID metadata document to a registration', async () => {
    const clientMetadataUrl = 'https://client.example/mcp.json';
    const world = await start({
      clientMetadataUrl,
      fetch: changedMetadata({
        authorizationServer: (document) => (document['client_id_metadata_document_supported'] = true),
      }).fetch,
    });
    const asked = await requested(world);
    assert.equal(asked.get('client_id'), clientMetadataUrl);
    assert.match(asked.get('redirect_uri') ?? '', /^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    assert.equal(world.world.authorizationServer.eventsOf('registration').length, 0);
    assert.ok(world.log.lines.some((line) => line.includes(`as client ${clientMetadataUrl}. The auth`)));
  });

  describe('delete a client that was registered for one sign-in', () => {
    const deleted = ({ world }: RelayWorld) =>
      world.authorizationServer.requests.filter(({ method }) => method === 'DELETE').length;
    const eventually = async (condition: () => boolean) => {
      for (let turn = 0; turn < 200 && !condition(); turn++)
        await new Promise((resolve) => setTimeout(resolve, 10));
      assert.ok(condition());
    };

    it('when the sign-in is cancelled', async () => {
      const world = await start({});
      const { attempt } = await visit(world);
      attempt.cancel();
      await eventually(() => deleted(world) === 1);
    });

    it('when the account is signed out, after its tokens are revoked and not before', async () => {
      const world = await start({});
      await world.signIn('repositories');
      assert.equal(deleted(world), 0);
      const paths = () => world.world.authorizationServer.requests.map(({ path }) => path);
      const before = paths().length;
      const { url } = world.server('repositories');
      const signOuts = world.broker.signOuts;
      await signOuts.signOut(world.server('repositories'));
      assert.equal(await world.broker.credentials.get(url), undefined);
      assert.equal(deleted(world), 1);
      assert.match(paths().slice(before).join(' '), /^\/token\/revocation .*\/reg\/registered-[\w-]+$/);
    });

    it('when another sign-in replaced it', async () => {
      const world = await start({});
      await world.signIn('repositories');
      await world.signIn('repositories');
      await eventually(() => deleted(world) === 1);
      const { url } = world.server('repositories');
      const kept = (await world.broker.credentials.reread(url))?.client.clientId ?? '';
      const [gone] = world.world.authorizationServer.requests.filter(({ method }) => method === 'DELETE');
      assert.ok(!gone?.path.endsWith(kept));
    });
  });

  it('cache metadata for a while, and read it again after a rejected token or a failed sign-in', async () => {
    const network = changedMetadata({});
    const world = await start({ fetch: network.fetch });
    const documents = () => network.asked.splice(0).filter((url) => url.includes('/.well-known/')).length;
    await world.signIn('repositories');
    assert.ok(documents() > 0);
    await world.signIn('repositories');
    assert.equal(documents(), 0);
    world.clock.advance(5 * 60_000);
    await world.signIn('repositories');
    assert.ok(documents() > 0);
    const server = world.server('repositories');
    network.refuseTokens = true;
    const request = { method: 'POST', headers: new Headers(), signal: new AbortController().signal } as const;
    const outcome = await world.broker.authorizedFetch.send(server, request);
    assert.equal(outcome.kind, 'consentNeeded');
    network.refuseTokens = false;
    documents();
    await world.signIn('repositories');
    assert.ok(documents() > 0);
    const failing = world.broker.signIns.begin(server, { deadline: 60_000 });
    failing.fail(new OAuthFlowError('authorizationRefused', 'It was refused.'));
    await failing.outcome;
    await world.signIn('repositories');
    assert.ok(documents() > 0);
  });

  it('cause a new registration if the server names another authorization server', async () => {
    const world = await start({ oauth: { repositories: { loopbackPort: await freePort() } } });
    await world.signIn('repositories');
    const server = world.server('repositories');
    const { client } = (await world.broker.credentials.reread(server.url)) ?? assert.fail();
    const elsewhere = await startRelayWorld();
    try {
      // The same storage and server, with another issuer.
      const moved = elsewhere.world.authorizationServer;
      const moving = await startRelayWorld({
        fetch: changedMetadata({
          resource: (document) => (document.authorization_servers = [moved.issuer]),
        }).fetch,
        oauth: { repositories: { loopbackPort: await freePort() } },
      });
      try {
        for (const [key, value] of world.secrets.entries) moving.secrets.entries.set(key, value);
        const asked = await requested(moving);
        assert.notEqual(asked.get('client_id'), client.clientId);
        assert.equal(moved.eventsOf('registration').length, 1);
      } finally {
        await moving.close();
      }
    } finally {
      await elsewhere.close();
    }
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

import assert from 'node:assert/strict';
import { ClientSecrets } from '../../src/broker/clients/clientSecrets.js';
import { ClientStore } from '../../src/broker/clients/clientStore.js';
import { diagnose, type Diagnosis, type DiagnosisParts } from '../../src/broker/diagnosis/diagnosis.js';
import { diagnosisReport } from '../../src/broker/diagnosis/diagnosisReport.js';
import type { StepName } from '../../src/broker/diagnosis/diagnosisSteps.js';
import type { OAuthSettings } from '../../src/broker/settings/oauthSettings.js';
import { generateClientKey } from '../../src/oauth/clientKey.js';
import { OAuthFlowError } from '../../src/oauth/oauthFlowError.js';
import { Redacted } from '../../src/base/redacted.js';
import { closeServers, scriptedServer } from '../oauth/scriptedServer.js';
import { serverAt } from './brokerWindow.js';
import { ManualClock } from './manualClock.js';
import { MemorySecrets } from './memoryStores.js';
import type { RedirectUris } from '../../src/broker/ports.js';
import { redirectReaches } from './redirectReaches.js';

const alive = new AbortController().signal;
const clock = new ManualClock();
const idp = 'https://idp.example';

/**
 * Returns a protected server whose authorization server, of the same origin or `issuer`, has this metadata.
 */
function protectedServer(document: Record<string, unknown> = {}, issuer?: string) {
  return scriptedServer(({ path }, own) =>
    path.startsWith('/.well-known/oauth-protected-resource')
      ? {
          body: {
            resource: `${own}/mcp`,
            authorization_servers: [issuer ?? own],
            scopes_supported: ['tools:read'],
          },
        }
      : path.startsWith('/.well-known')
        ? { body: { issuer: own, token_endpoint: `${own}/t`, ...document } }
        : { status: 401, headers: { 'www-authenticate': 'Bearer' } },
  );
}

const browserless = { grant_types_supported: ['client_credentials'], response_types_supported: [] };
const withBrowser = (origin: string) => ({
  authorization_endpoint: `${origin}/a`,
  code_challenge_methods_supported: ['S256'],
});

const said = ({ steps }: Diagnosis, name: StepName) =>
  steps.find(({ step }) => step === name)?.said.join('\n') ?? assert.fail(name);
const strays = ({ steps }: Diagnosis) => steps.flatMap((step) => step.strays).join('\n');
const states = ({ steps }: Diagnosis) => steps.map(({ step, state }) => `${step} ${state}`);

describe('the diagnosis of a server whose sign-in needs no browser', () => {
  afterEach(closeServers);

  async function diagnosisOf(
    origin: string,
    oauth: OAuthSettings,
    parts: Partial<DiagnosisParts> = {},
  ): Promise<Diagnosis> {
    const http = { fetch: (url: string, init: RequestInit) => fetch(url, init) };
    const server = { ...serverAt(`${origin}/mcp`), oauth };
    return diagnose(server, { http, clock, discovery: {}, present: undefined, ...parts }, alive);
  }

  /** Returns secrets stored for the client `c` of the server. */
  async function secretsWith(origin: string, what: 'secret' | 'key', bound?: string) {
    const clientSecrets = new ClientSecrets(new MemorySecrets());
    const owner = serverAt(`${origin}/mcp`);
    if (what === 'secret') await clientSecrets.put(owner, 'c', new Redacted('hush'));
    else await clientSecrets.putKey(owner, 'c', await generateClientKey('ES256'));
    if (bound !== undefined) await clientSecrets.get(owner, 'c', bound);
    return { clientSecrets };
  }

  it('names the requested account of the editor, and ends there', async () => {
    const { origin } = await protectedServer({}, 'https://github.com/login/oauth');
    const diagnosis = await diagnosisOf(origin, { authenticationProvider: 'github' });
    assert.deepEqual(states(diagnosis), ['1–2 asWanted', '3–4 asWanted', '5a asWanted']);
    assert.match(diagnosis.verdict, /^No problem was found .* itself signs in to your GitHub account\.$/);
    assert.match(said(diagnosis, '5a'), /comes from the editor, with the scopes tools:read/);
    assert.doesNotMatch(diagnosisReport(diagnosis, '1'), /PKCE|FAILED|iss\b/);
  });

  it('explains why an account of the editor is not used at a server of another provider', async () => {
    const { origin } = await protectedServer({}, 'https://as.example');
    const diagnosis = await diagnosisOf(origin, { authenticationProvider: 'github' });
    assert.match(diagnosis.verdict, /does not get a token of your GitHub account/);
    assert.match(diagnosis.fix ?? '', /Remove oauth\.authenticationProvider/);
  });

  it('shows the token request for client credentials, without a finding about the browser', async () => {
    const { origin } = await protectedServer(browserless);
    const oauth = { grant: 'clientCredentials' as const, clientId: 'c' };
    const diagnosis = await diagnosisOf(origin, oauth, await secretsWith(origin, 'secret'));
    assert.deepEqual(
      states(diagnosis),
      ['1–2', '3–4', '5a', '5b', '5c', '9–10'].map((name) => `${name} asWanted`),
    );
    assert.equal(
      said(diagnosis, '5c'),
      [
        `Tokens are requested from ${origin}/t without a browser, with:`,
        'grant_type = client_credentials',
        'scope = tools:read',
        `resource = ${origin}/mcp`,
        'The client authenticates with client_secret_basic.',
      ].join('\n'),
    );
    assert.equal(strays(diagnosis), '');
    assert.equal(diagnosis.verdict, 'No problem was found that prevents a call.');
    const report = diagnosisReport(diagnosis, '1');
    assert.match(report, /### 5c The token request: OK/);
    assert.doesNotMatch(report, /Users sign in|callback|hush/);
  });

  const lacking: {
    what: string;
    oauth: OAuthSettings;
    at: StepName;
    fix: RegExp;
    parts?: Partial<DiagnosisParts>;
  }[] = [
    {
      what: 'a client',
      oauth: { grant: 'clientCredentials' },
      at: '5b',
      fix: /set its ID as oauth\.clientId in the settings of “server”/,
    },
    {
      what: 'a secret or a key',
      oauth: { grant: 'clientCredentials', clientId: 'c' },
      at: '5b',
      fix: /Set Client Secret…” or “MCP OAuth: Set Client Key…/,
    },
    {
      what: 'the file of an assertion',
      oauth: { grant: 'jwtBearer', clientId: 'c' },
      at: '5c',
      fix: /to the path of the file/,
    },
    {
      what: 'an identity provider',
      oauth: { grant: 'enterpriseManaged', clientId: 'c' },
      at: '5c',
      fix: /Add its issuer and your client ID/,
    },
    {
      what: 'a sign-in at the identity provider',
      oauth: { grant: 'enterpriseManaged', clientId: 'c' },
      at: '5c',
      fix: /Sign In to Identity Provider…/,
      parts: { identityProvider: { issuer: idp, isSignedIn: false } },
    },
  ];
  for (const { what, oauth, at, fix, parts } of lacking) {
    it(`names what is missing for the grant: ${what}`, async () => {
      const { origin } = await protectedServer(browserless);
      const clientSecrets = new ClientSecrets(new MemorySecrets());
      const diagnosis = await diagnosisOf(origin, oauth, { clientSecrets, ...parts });
      assert.ok(states(diagnosis).includes(`${at} fault`), states(diagnosis).join());
      assert.match(diagnosis.fix ?? '', fix);
    });
  }

  const assertions: { grant: NonNullable<OAuthSettings['grant']>; says: RegExp }[] = [
    { grant: 'jwtBearer', says: /assertion = \(of the workload, from oauth\.assertionFile\)/ },
    {
      grant: 'enterpriseManaged',
      says: /^First, an assertion for .* is requested from https:\/\/idp\.example .*\n.*\n.*jwt-bearer$/m,
    },
  ];
  for (const { grant, says } of assertions) {
    it(`shows the token request of the grant ${grant}, without a file path`, async () => {
      const { origin } = await protectedServer(browserless);
      const oauth = { grant, clientId: 'c', assertionFile: '/var/run/hush' };
      const diagnosis = await diagnosisOf(origin, oauth, {
        identityProvider: { issuer: idp, isSignedIn: true },
      });
      assert.match(said(diagnosis, '5c'), says);
      assert.doesNotMatch(diagnosisReport(diagnosis, '1'), /hush|FAILED/);
    });
  }

  it('reports a broken rule as a failure if there is no user to ask', async () => {
    const { origin } = await protectedServer({ ...browserless, issuer: 'https://elsewhere.example' });
    const diagnosis = await diagnosisOf(origin, { grant: 'clientCredentials', clientId: 'c' });
    assert.ok(states(diagnosis).includes('5a fault'));
  });

  it('requires the client’s proof in the form that the authorization server accepts', async () => {
    for (const [what, methods, says] of [
      ['secret', ['client_secret_post'], /authenticates with client_secret_post/],
      ['key', ['private_key_jwt'], /authenticates with private_key_jwt/],
    ] as const) {
      const { origin } = await scriptedWithBrowser({ token_endpoint_auth_methods_supported: methods });
      const diagnosis = await diagnosisOf(origin, { clientId: 'c' }, await secretsWith(origin, what));
      assert.match(said(diagnosis, '8'), says);
      assert.equal(diagnosis.verdict, 'No problem was found that prevents a sign-in.');
    }
  });

  it('reports that the server does not list support for a client without a secret', async () => {
    const { origin } = await scriptedWithBrowser({
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    });
    const clientSecrets = new ClientSecrets(new MemorySecrets());
    const diagnosis = await diagnosisOf(origin, { clientId: 'c' }, { clientSecrets });
    assert.match(said(diagnosis, '8'), /no secret and no key/);
    assert.match(
      strays(diagnosis),
      /does not list support for a client without a secret; it lists client_secret_post/,
    );
  });

  it('rejects a credential of another authorization server, as the sign-in does', async () => {
    const { origin } = await scriptedWithBrowser({});
    const parts = await secretsWith(origin, 'secret', 'https://elsewhere.example');
    const diagnosis = await diagnosisOf(origin, { clientId: 'c' }, parts);
    assert.ok(states(diagnosis).includes('5b fault'));
    assert.match(diagnosis.verdict, /its client secret belongs to https:\/\/elsewhere\.example/);
  });

  it('recognizes the client of an earlier sign-in by its redirect URI', async () => {
    const { origin } = await scriptedWithBrowser({
      registration_endpoint: `https://as.example/r`,
      authorization_response_iss_parameter_supported: true,
    });
    const clients = new ClientStore(new MemorySecrets(), clock);
    const uri = 'http://127.0.0.1:47113/callback';
    const handlerUri = 'vscode://publisher.broker/callback';
    const uriHandler = (path: string) =>
      Promise.resolve({ kind: 'uriHandler' as const, uri: handlerUri, path, dispose: () => undefined });
    const taken = new Set<number>();
    const redirects: RedirectUris = {
      reach: () => Promise.resolve(redirectReaches.desktop),
      uriHandler,
      loopback: (path, port = 0) =>
        taken.has(port)
          ? Promise.reject(new OAuthFlowError('redirectUnavailable', `Port ${port} is taken.`))
          : Promise.resolve({
              kind: 'loopback',
              uri: `http://127.0.0.1:${port}${path}`,
              path,
              dispose: () => undefined,
            }),
    };
    const parts = { registered: { clients, redirects } };
    const before = await diagnosisOf(origin, {}, parts);
    assert.match(said(before, '5b'), /A client is registered when you sign in/);
    const client = {
      clientId: 'earlier',
      authMethod: 'none',
      source: 'registered',
      redirectUris: [uri],
    } as const;
    await clients.put(origin, uri, client);
    const after = await diagnosisOf(origin, {}, parts);
    assert.equal(
      said(after, '5b'),
      'The client ID is earlier.\nIt was registered with this authorization server before.',
    );
    assert.match(said(after, '5c'), /client_id = earlier/);
    assert.match(said(after, '5c'), /redirect_uri = http:\/\/127\.0\.0\.1:47113\/callback/);
    const other = await diagnosisOf(origin, { redirect: 'loopback', loopbackPort: 4711 }, parts);
    assert.match(said(other, '5b'), /A client is registered when you sign in/);
    await clients.put(origin, 'http://127.0.0.1:4711/callback', { ...client, clientId: 'on-loopback' });
    const known = await diagnosisOf(origin, { redirect: 'loopback', loopbackPort: 4711 }, parts);
    assert.match(said(known, '5b'), /The client ID is on-loopback\./);
    // Another program uses the port: the sign-in continues with the next redirect URI and that one's client.
    taken.add(47113);
    await clients.put(origin, handlerUri, { ...client, clientId: 'by-handler' });
    const passedOver = await diagnosisOf(origin, {}, parts);
    assert.match(said(passedOver, '5b'), /The client ID is by-handler\./);
    assert.match(said(passedOver, '5c'), /redirect_uri = vscode:/);
  });

  function scriptedWithBrowser(document: Record<string, unknown>) {
    return scriptedServer(({ path }, own) =>
      path.startsWith('/.well-known/oauth-protected-resource')
        ? { body: { resource: `${own}/mcp`, authorization_servers: [own] } }
        : path.startsWith('/.well-known')
          ? { body: { issuer: own, token_endpoint: `${own}/t`, ...withBrowser(own), ...document } }
          : { status: 401 },
    );
  }
});

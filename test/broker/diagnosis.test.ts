import assert from 'node:assert/strict';
import { ClientSecrets } from '../../src/broker/clients/clientSecrets.js';
import { diagnose, type Diagnosis, type DiagnosedStep } from '../../src/broker/diagnosis/diagnosis.js';
import { authorizationServerFacts } from '../../src/broker/diagnosis/diagnosisFacts.js';
import { diagnosisReport } from '../../src/broker/diagnosis/diagnosisReport.js';
import type { Discovered } from '../../src/broker/discovery/discovery.js';
import { findOut } from '../../src/broker/discovery/findings.js';
import { MetadataCache } from '../../src/broker/discovery/metadataCache.js';
import type { ExceptionName, OAuthSettings } from '../../src/broker/settings/oauthSettings.js';
import { ServerDecisions } from '../../src/broker/settings/serverDecisions.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { signInPolicy } from '../../src/broker/settings/signInPolicy.js';
import { Redacted } from '../../src/base/redacted.js';
import { startWorld, type World, type WorldOptions } from '../demo/world.js';
import { closeServers, scriptedServer, type Script } from '../oauth/scriptedServer.js';
import { DpopVerification } from '../demo/dpopVerification.js';
import { serverAt } from './brokerWindow.js';
import { ManualClock } from './manualClock.js';
import { MemoryMemory, MemorySecrets } from './memoryStores.js';

const alive = new AbortController().signal;

function diagnosisOf(
  server: ServerConfig,
  present?: Parameters<typeof diagnose>[1]['present'],
): Promise<Diagnosis> {
  return diagnose(server, { http, clock: new ManualClock(), discovery: {}, present }, alive);
}

const metadata = '/.well-known/oauth-protected-resource/mcp';

/** Returns the metadata of a protected server that names its own origin as authorization server. */
const metadataOf =
  (document: (origin: string) => Record<string, unknown>): Script =>
  ({ path }, origin) =>
    path === metadata
      ? { body: { resource: `${origin}/mcp`, authorization_servers: [origin] } }
      : path.startsWith('/.well-known')
        ? { body: document(origin) }
        : { status: 401 };

const endpointsOf = (origin: string) => ({
  issuer: origin,
  authorization_endpoint: `${origin}/a`,
  token_endpoint: `${origin}/t`,
  registration_endpoint: `${origin}/r`,
});

const http = { fetch: (url: string, init: RequestInit) => fetch(url, init) };

const states = ({ steps }: Diagnosis) => steps.map(({ step, state }) => `${step} ${state}`);
const step = ({ steps }: Diagnosis, name: DiagnosedStep['step']) =>
  steps.find((one) => one.step === name) ?? assert.fail(name);

describe('the diagnosis of a server', () => {
  let world: World | undefined;
  afterEach(async () => {
    await world?.close();
    world = undefined;
    await closeServers();
  });
  const repositories = async (options: WorldOptions = {}) => {
    world = await startWorld(options);
    return { world, server: serverAt(world.repositories.url, 'repositories') };
  };

  it('walks through all steps without a sign-in or a registration', async () => {
    const { world, server } = await repositories();
    const diagnosis = await diagnosisOf(server);
    assert.deepEqual(
      states(diagnosis),
      ['1–2', '3–4', '5a', '5b', '5c', '6–7', '8', '9–10'].map((name) => `${name} asWanted`),
    );
    assert.equal(diagnosis.verdict, 'No problem was found that prevents a sign-in.');
    assert.equal(diagnosis.fix, undefined);
    assert.deepEqual(world.authorizationServer.events, []);
    const sent = step(diagnosis, '5c').said.join('\n');
    for (const parameter of [
      'client_id = (given at registration)',
      'code_challenge_method = S256',
      'state = (random)',
      `resource = ${server.url}`,
    ])
      assert.ok(sent.includes(parameter), `${parameter} is not in ${sent}`);
  });

  it('shows only the names of parameters in the settings', async () => {
    const { server } = await repositories();
    const extraParameters = { tenant: 'hush', prompt: 'login' };
    const diagnosis = await diagnosisOf({ ...server, oauth: { extraParameters } });
    const { said } = step(diagnosis, '5c');
    for (const name of Object.keys(extraParameters))
      assert.ok(said.includes(`${name} = (from your settings, not shown)`), said.join('\n'));
    assert.ok(said.includes('code_challenge_method = S256'));
    assert.doesNotMatch(JSON.stringify(diagnosis), /hush/);
  });

  it('shows the requests and the responses', async () => {
    const { world, server } = await repositories();
    const diagnosis = await diagnosisOf(server);
    const asked = diagnosis.steps.flatMap(({ step, requests }) =>
      requests.map(({ method, address, answer }) => `${step} ${method} ${address} ${answer}`),
    );
    const { issuer } = world.authorizationServer;
    for (const request of [
      `1–2 POST ${server.url} 401 application/json`,
      `3–4 GET ${new URL('/.well-known/oauth-protected-resource/mcp', server.url).href} 200 application/json`,
      `5a GET ${issuer}/.well-known/oauth-authorization-server 200 application/json; charset=utf-8`,
    ])
      assert.ok(asked.includes(request), `${request} is not in ${asked.join('\n')}`);
  });

  it('shows the scopes and expiry of a sign-in, and not the account', async () => {
    const { server } = await repositories();
    const now = new ManualClock().now();
    const diagnosis = await diagnosisOf(server, {
      scopes: ['repo:read'],
      refreshable: true,
      expiresAt: now + 60_000,
    });
    assert.match(
      step(diagnosis, '9–10').said.join(),
      /scopes repo:read\. The token is valid for another 60 s and renews automatically/,
    );
  });

  it('shows the request as a sign-in makes it: bound to a key and pushed', async () => {
    const dpop = new DpopVerification();
    const { server } = await repositories({ dpop, requirePushedRequests: true });
    const sent = step(await diagnosisOf(server), '5c').said.join('\n');
    assert.match(sent, /with a reference to the request that was pushed there before/);
    assert.match(sent, /dpop_jkt = \(of a key generated for the sign-in\)/);
  });

  it('reports a missing secret that a provider requires, and does not change an existing one', async () => {
    const issuer = 'https://accounts.google.com';
    const { origin } = await scriptedServer(({ path }, own) =>
      path === metadata
        ? { body: { resource: `${own}/mcp`, authorization_servers: [issuer] } }
        : { status: 401 },
    );
    const document = {
      issuer,
      authorization_endpoint: `${issuer}/o/oauth2/v2/auth`,
      token_endpoint: 'https://oauth2.googleapis.com/token',
      code_challenge_methods_supported: ['S256'],
    };
    const http = {
      fetch: (url: string, init: RequestInit) =>
        url.startsWith(issuer) ? Promise.resolve(Response.json(document)) : fetch(url, init),
    };
    const secrets = new MemorySecrets();
    const clientSecrets = new ClientSecrets(secrets);
    const server = { ...serverAt(`${origin}/mcp`), oauth: { clientId: 'by-hand' } };
    const parts = { http, clock: new ManualClock(), discovery: {}, present: undefined, clientSecrets };
    const without = await diagnose(server, parts, alive);
    assert.equal(step(without, '5b').state, 'fault');
    assert.match(without.verdict, /Google requires a client secret/);
    assert.match(without.fix ?? '', /Set Client Secret…/);
    await clientSecrets.put(server, 'by-hand', new Redacted('hush'));
    const stored = [...secrets.entries];
    const having = await diagnose(server, parts, alive);
    assert.equal(having.fix, undefined);
    assert.ok(!JSON.stringify(having).includes('hush'));
    assert.deepEqual([...secrets.entries], stored);
  });

  it('asks for a client ID if the authorization server registers no client', async () => {
    const { server } = await repositories({ dynamicRegistration: false });
    const diagnosis = await diagnosisOf(server);
    assert.match(diagnosis.fix ?? '', /set its ID as oauth\.clientId in the settings of “repositories”/);
  });

  it('reports that a server without sign-in needs none', async () => {
    const open = await scriptedServer(() => ({}));
    const diagnosis = await diagnosisOf(serverAt(`${open.origin}/mcp`));
    assert.match(diagnosis.verdict, /none is needed/);
    assert.equal(step(diagnosis, '5a').state, 'notReached');
  });

  const broken: { what: string; script: Script; at: DiagnosedStep['step']; says: RegExp }[] = [
    {
      what: 'a page',
      script: () => ({ headers: { 'content-type': 'text/html' }, body: '<p>' }),
      at: '1–2',
      says: /not an MCP server/,
    },
    {
      what: 'metadata for another resource',
      script: ({ path }) =>
        path === metadata
          ? { body: { resource: 'https://elsewhere.example/', authorization_servers: ['https://a.example'] } }
          : { status: 401 },
      at: '3–4',
      says: /is for "https:\/\/elsewhere\.example\/"/,
    },
    {
      what: 'an authorization server without a token endpoint',
      script: metadataOf((origin) => ({ issuer: origin, authorization_endpoint: `${origin}/a` })),
      at: '5a',
      says: /"token_endpoint" is missing/,
    },
  ];
  for (const { what, script, at, says } of broken) {
    it(`names the step and the fault: ${what}`, async () => {
      const { origin } = await scriptedServer(script);
      const diagnosis = await diagnosisOf(serverAt(`${origin}/mcp`));
      assert.equal(step(diagnosis, at).state, 'fault');
      assert.match(diagnosis.verdict, says);
      assert.equal(step(diagnosis, '9–10').state, 'notReached');
    });
  }

  const asked: {
    what: string;
    document: (origin: string) => Record<string, unknown>;
    at: DiagnosedStep['step'];
    says: RegExp;
    name: ExceptionName;
  }[] = [
    {
      what: 'an authorization server with another name',
      document: (origin) => ({
        ...endpointsOf(origin),
        issuer: 'https://elsewhere.example',
        code_challenge_methods_supported: ['S256'],
      }),
      at: '5a',
      says: /names the issuer "https:\/\/elsewhere\.example"/,
      name: 'issuerMismatch',
    },
    {
      what: 'an authorization server that does not advertise PKCE',
      document: endpointsOf,
      at: '5c',
      says: /PKCE/,
      name: 'pkceNotAdvertised',
    },
  ];
  for (const { what, document, at, says, name } of asked) {
    it(`reports no failure for a rule that the user is asked about, and nothing after they accepted it: ${what}`, async () => {
      const { origin } = await scriptedServer(metadataOf(document));
      const server = serverAt(`${origin}/mcp`);
      const diagnosis = await diagnosisOf(server);
      assert.equal(step(diagnosis, at).state, 'question');
      assert.match(diagnosis.verdict, says);
      assert.match(diagnosis.verdict, /A sign-in asks you once/);
      assert.equal(step(diagnosis, '9–10').state, 'asWanted');
      assert.match(diagnosisReport(diagnosis, '1'), new RegExp(`### ${at} .*: you are asked$`, 'm'));
      const decisions = new ServerDecisions(new MemoryMemory());
      await decisions.acceptException(server, origin, name);
      const parts = { http, clock: new ManualClock(), discovery: { decisions }, present: undefined };
      const accepted = await diagnose(server, parts, alive);
      assert.equal(step(accepted, at).state, 'asWanted');
      assert.equal(accepted.verdict, 'No problem was found that prevents a sign-in.');
      assert.equal(accepted.fix, undefined);
    });
  }

  const named = (origin: string) => ({ resource: `${origin}/mcp`, authorization_servers: [origin] });
  const mendable: { what: string; script: Script; fix: RegExp }[] = [
    {
      what: 'unreadable metadata',
      script: ({ path }) => ({ status: path === metadata ? 500 : 401 }),
      fix: /^Try again later\. If the problem persists, tell the administrator of 127\.0\.0\.1/,
    },
    {
      what: 'metadata that names no authorization server',
      script: ({ path }, origin) =>
        path === metadata ? { body: { resource: `${origin}/mcp` } } : { status: 401 },
      fix: /^Ask the administrator of 127\.0\.0\.1:\d+ to name it there as "authorization_servers"\.$/,
    },
    {
      what: 'an authorization server without metadata',
      script: ({ path }, origin) =>
        path === metadata ? { body: named(origin) } : { status: path.startsWith('/.well-known') ? 404 : 401 },
      fix: /^Ask the MCP server’s administrator whether users still sign in there/,
    },
    {
      what: 'an authorization server without a token endpoint',
      script: metadataOf((origin) => ({ issuer: origin, authorization_endpoint: `${origin}/a` })),
      fix: /^Ask the administrator of 127\.0\.0\.1:\d+ to fix "token_endpoint" in its metadata\.$/,
    },
    {
      what: 'an authorization server with another name',
      script: metadataOf((origin) => ({ ...endpointsOf(origin), issuer: 'https://elsewhere.example' })),
      fix: /to publish the issuer that the MCP server names\. A sign-in, or a check .* asks you once/,
    },
    {
      what: 'an authorization server that does not advertise PKCE',
      script: metadataOf(endpointsOf),
      fix: /to publish code_challenge_methods_supported; a sign-in with the browser asks you once/,
    },
  ];
  for (const { what, script, fix } of mendable) {
    it(`contains a fix for ${what}`, async () => {
      const { origin } = await scriptedServer(script);
      assert.match((await diagnosisOf(serverAt(`${origin}/mcp`))).fix ?? '', fix);
    });
  }

  it('reports what the user is asked about in addition to what fails', async () => {
    const misnamed = (origin: string) => {
      const { registration_endpoint: registration, ...rest } = endpointsOf(origin);
      return { ...rest, issuer: 'https://elsewhere.example' };
    };
    const { origin } = await scriptedServer(metadataOf(misnamed));
    const { verdict, fix } = await diagnosisOf(serverAt(`${origin}/mcp`));
    assert.ok(verdict.startsWith(`${origin} does not support dynamic client registration`), verdict);
    assert.match(verdict, /names the issuer .* asks you once whether .* PKCE .* asks you once whether/);
    assert.match(fix ?? '', /^Register a client at 127\.0\.0\.1/);
  });

  it('makes new requests, and leaves no stale result for the next sign-in', async () => {
    const cache = new MetadataCache(new ManualClock());
    let document: Record<string, unknown> = {};
    const { origin } = await scriptedServer(metadataOf((own) => ({ ...endpointsOf(own), ...document })));
    const server = serverAt(`${origin}/mcp`);
    const parts = { http, clock: new ManualClock(), discovery: { metadata: cache }, present: undefined };
    await findOut(server, parts, alive);
    document = { code_challenge_methods_supported: ['S256'] };
    const diagnosis = await diagnose(server, parts, alive);
    assert.equal(diagnosis.verdict, 'No problem was found that prevents a sign-in.');
    assert.equal(step(diagnosis, '5a').requests.length, 2);
    const found = await findOut(server, parts, alive);
    assert.ok(found.kind === 'protected');
    assert.deepEqual(found.discovered.as.code_challenge_methods_supported, ['S256']);
  });

  it('connects to the addresses that the host checks resolved', async () => {
    const judged: (readonly string[] | undefined)[] = [];
    const named = { resource: 'https://mcp.example/mcp', authorization_servers: ['https://as.example'] };
    const http = {
      fetch: (url: string, _init: RequestInit, addresses?: readonly string[]) => {
        if (new URL(url).host === 'as.example') judged.push(addresses);
        return Promise.resolve(
          url === `https://mcp.example${metadata}`
            ? Response.json(named)
            : new Response(null, { status: 401 }),
        );
      },
      resolver: { addressesOf: () => Promise.resolve(['203.0.113.7']) },
    };
    const parts = { http, clock: new ManualClock(), discovery: {}, present: undefined };
    await diagnose(serverAt(named.resource), parts, alive);
    assert.ok(judged.length > 0);
    for (const addresses of judged) assert.deepEqual(addresses, ['203.0.113.7']);
  });

  it('ends when it is cancelled', async () => {
    const { origin } = await scriptedServer(() => ({ hang: true }));
    const cancel = new AbortController();
    const http = { fetch: (url: string, init: RequestInit) => fetch(url, init) };
    const parts = { http, clock: new ManualClock(), discovery: {}, present: undefined };
    const diagnosis = diagnose(serverAt(`${origin}/mcp`), parts, cancel.signal);
    cancel.abort(new Error('enough'));
    await assert.rejects(diagnosis, /enough/);
  });
});

describe('the report of a diagnosis', () => {
  afterEach(closeServers);

  it('lists the steps, with one action', async () => {
    const { origin } = await scriptedServer(() => ({ status: 404 }));
    const report = diagnosisReport(await diagnosisOf(serverAt(`${origin}/mcp`)), '1.2.3');
    assert.match(report, /^# Diagnosis/);
    assert.match(report, /To do: Check the address/);
    assert.match(report, /### 1–2 Request without a token: FAILED/);
    assert.match(report, /### 8 The code becomes tokens: not reached/);
    const steps = [...report.matchAll(/^### (\S+)/gm)].map(([, name]) => name);
    assert.deepEqual(steps, ['1–2', '3–4', '5a', '5b', '5c', '6–7', '8', '9–10']);
  });

  it('omits a key in the server’s address if that address is the resource', async () => {
    const { origin } = await scriptedServer(({ path }, own) =>
      path.startsWith('/.well-known/oauth-protected-resource')
        ? { body: { resource: `${own}/mcp?key=hush`, authorization_servers: [own] } }
        : path.startsWith('/.well-known')
          ? {
              body: {
                issuer: own,
                authorization_endpoint: `${own}/a`,
                token_endpoint: `${own}/t`,
                code_challenge_methods_supported: ['S256'],
              },
            }
          : { status: 401 },
    );
    const report = diagnosisReport(await diagnosisOf(serverAt(`${origin}/mcp?key=hush`)), '1.2.3');
    assert.match(report, /resource = http:\/\/127\.0\.0\.1:\d+\/mcp\?\(not shown\)/);
    assert.doesNotMatch(report, /hush/);
  });

  it('keeps server text as plain text, and omits queries and secrets', async () => {
    const evil = '```\n[click](command:evil) <img src=x> @everyone';
    const { origin } = await scriptedServer(({ path }, own) =>
      path.startsWith('/.well-known/oauth-protected-resource')
        ? {
            body: {
              resource: `${own}/mcp`,
              authorization_servers: [own],
              scopes_supported: ['a`b'],
              resource_name: evil,
            },
          }
        : path.startsWith('/.well-known')
          ? {
              body: { issuer: evil, authorization_endpoint: `${own}/a?key=hush`, token_endpoint: `${own}/t` },
            }
          : { status: 401, headers: { 'www-authenticate': `Bearer error="x", error_description="hush"` } },
    );
    const server = serverAt(`${origin}/mcp?key=hush`);
    const report = diagnosisReport(await diagnosisOf(server), '1.2.3');
    assert.doesNotMatch(report, /hush/);
    const outside = report.replace(/^```text\n(- .*\n)*```$/gm, '');
    assert.doesNotMatch(outside, /command:|<img|@everyone|```/);
  });
});

describe('the facts of an authorization server', () => {
  it('contain what is known of its provider, and which facts are unconfirmed', () => {
    const issuer = 'https://login.microsoftonline.com/common/v2.0';
    const as = { issuer, authorization_endpoint: `${issuer}/a`, token_endpoint: `${issuer}/t` };
    const found = { as, issuer, policy: { exceptions: new Set() } } as unknown as Discovered;
    const said = authorizationServerFacts(found, undefined).said.join('\n');
    assert.match(said, /recognized as Microsoft Entra ID/);
    assert.match(said, /The resource parameter \(RFC 8707\) is omitted/);
    assert.match(said, /\(unverified\)/);
  });

  const profiles: [oauth: OAuthSettings, issuer: string, says: RegExp, without: RegExp][] = [
    [
      {},
      'https://mcp.slack.com',
      /recognized as Slack\. .* oauth\.profile can turn all of this off:/,
      /treated as/,
    ],
    [{ profile: 'none' }, 'https://mcp.slack.com', /The known behavior of Slack is ignored/, /authed_user/],
    [
      { profile: 'slack' },
      'https://as.example',
      /It is treated as Slack, .*:\n.*\n.*loopback/,
      /recognized as/,
    ],
    [{ profile: 'none' }, 'https://as.example', /^Its issuer is/, /profile/],
  ];
  for (const [oauth, issuer, says, without] of profiles) {
    it(`contain the effect of the settings: ${oauth.profile ?? 'none'} at ${issuer}`, () => {
      const policy = signInPolicy({ ...serverAt('https://mcp.example/mcp'), oauth }, issuer);
      const as = endpointsOf(issuer);
      const found = { as, issuer, policy } as unknown as Discovered;
      const said = authorizationServerFacts(found, undefined).said.join('\n');
      assert.match(said, says);
      assert.doesNotMatch(said, without);
    });
  }
});

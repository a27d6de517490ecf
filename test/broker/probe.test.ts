import assert from 'node:assert/strict';
import { checkServer } from '../../src/broker/signIn/checkServer.js';
import type { ConsentStatusName } from '../../src/broker/status/consentStatus.js';
import { findOut } from '../../src/broker/discovery/findings.js';
import { probe } from '../../src/broker/discovery/probe.js';
import { OAuthFlowError, type OAuthFlowErrorCode } from '../../src/oauth/oauthFlowError.js';
import {
  closeServers,
  http,
  scriptedServer,
  type ScriptedAnswer,
  type ScriptedServer,
} from '../oauth/scriptedServer.js';
import { listenOnLoopback } from '../demo/loopbackServer.js';
import { BrokerWindow, credentialFor, serverAt } from './brokerWindow.js';

const html = { 'content-type': 'text/html; charset=utf-8' };
const stream = { 'content-type': 'text/event-stream' };

interface Case {
  readonly what: string;
  readonly answer: ScriptedAnswer;
  /** The result of the probe without a token. */
  readonly probed: 'open' | OAuthFlowErrorCode;
  /** The status after a check if no account is signed in. */
  readonly status: ConsentStatusName;
}

const cases: readonly Case[] = [
  { what: 'a JSON response', answer: {}, probed: 'open', status: 'open' },
  { what: 'an event stream', answer: { headers: stream, body: '\n' }, probed: 'open', status: 'open' },
  { what: '400, for the missing session', answer: { status: 400 }, probed: 'open', status: 'open' },
  {
    what: 'an HTML page',
    answer: { headers: html, body: '<p>' },
    probed: 'notJson',
    status: 'misconfigured',
  },
  { what: '404', answer: { status: 404 }, probed: 'unexpectedStatus', status: 'misconfigured' },
  { what: '405', answer: { status: 405 }, probed: 'unexpectedStatus', status: 'misconfigured' },
  {
    what: 'a redirect',
    answer: { status: 307, headers: { location: 'https://elsewhere.example/mcp' } },
    probed: 'redirected',
    status: 'misconfigured',
  },
  { what: '429', answer: { status: 429 }, probed: 'unreachable', status: 'unreachable' },
  { what: '500', answer: { status: 500 }, probed: 'unreachable', status: 'unreachable' },
  {
    what: '503, as an HTML page',
    answer: { status: 503, headers: html },
    probed: 'unreachable',
    status: 'unreachable',
  },
];

describe('the probe of a server', () => {
  let window: BrokerWindow;
  let answer: ScriptedAnswer;
  let mcp: ScriptedServer;
  beforeEach(async () => {
    window = new BrokerWindow();
    answer = {};
    mcp = await scriptedServer(() => answer);
  });
  afterEach(closeServers);

  const server = () => serverAt(`${mcp.origin}/mcp`);
  const check = () => checkServer(server(), window, new AbortController().signal);
  const status = () => window.states.statusOf(server());

  for (const { what, answer: given, probed, status: expected } of cases) {
    it(`interprets ${what} as ${probed}, and a check leaves the status ${expected}`, async () => {
      answer = given;
      const result = await probe(server(), http).catch((error: unknown) => error);
      assert.equal(result instanceof OAuthFlowError ? result.code : result, probed);
      await check();
      assert.equal((await status()).status, expected);
    });
  }

  for (const { what, given, probed } of [
    { what: 'a stream', given: { headers: stream, body: 'event: endpoint\n' }, probed: 'open' },
    { what: '401', given: { status: 401, headers: { 'www-authenticate': 'Bearer' } }, probed: 'challenged' },
    { what: 'a JSON response', given: {}, probed: 'notJson' },
    { what: '405', given: { status: 405 }, probed: 'unexpectedStatus' },
  ] as const) {
    it(`requests only the stream of an HTTP+SSE server, and interprets ${what} as ${probed}`, async () => {
      answer = given;
      const result = await probe({ ...server(), type: 'sse' }, http).catch((error: unknown) => error);
      const code = result instanceof OAuthFlowError ? result.code : result;
      assert.equal(typeof code === 'object' ? 'challenged' : code, probed);
      assert.deepEqual(
        mcp.requests.map(({ method, headers }) => [method, headers.accept]),
        [['GET', 'text/event-stream']],
      );
    });
  }

  it('does not wait for the end of a stream', async () => {
    const endless = await listenOnLoopback(0, () => (_request, response) => {
      response.writeHead(200, stream).flushHeaders();
      return Promise.resolve();
    });
    try {
      assert.equal(await probe({ ...serverAt(`${endless.origin}/sse`), type: 'sse' }, http), 'open');
    } finally {
      await endless.close();
    }
  });

  it('reports in one sentence which address failed and how, the same for both', async () => {
    answer = { status: 503 };
    const message = `${mcp.origin}/mcp returned a server error (503).`;
    await assert.rejects(probe(server(), http), { message });
    await check();
    assert.equal((await status()).detail, message);
  });

  it('sends the configured headers, and no session', async () => {
    await probe({ ...server(), headers: { 'X-Team': 'blue' } }, http);
    const { headers, body } = mcp.requests[0] ?? assert.fail();
    assert.deepEqual([headers['x-team'], headers['mcp-session-id']], ['blue', undefined]);
    assert.equal((JSON.parse(body) as { method: string }).method, 'ping');
  });

  it('distinguishes a new server that is protected, open or broken', async () => {
    const found = async () => findOut(server(), { http, clock: window.clock }, new AbortController().signal);
    assert.equal((await found()).kind, 'open');
    answer = { status: 500 };
    const failed = await found();
    assert.ok(failed.kind === 'failed');
    assert.equal(failed.error.code, 'unreachable');
  });

  it('ends when the user cancels it', async () => {
    answer = { hang: true };
    const found = findOut(server(), { http, clock: window.clock }, new AbortController().signal);
    const checked = check();
    window.clock.advance(9_500);
    const failed = await found;
    assert.ok(failed.kind === 'failed');
    assert.deepEqual(
      [failed.error.code, failed.error.details.fix],
      ['timedOut', 'Try again, or add it anyway.'],
    );
    await checked;
    assert.deepEqual(await status().then(({ status: is, detail }) => [is, detail]), [
      'unreachable',
      `${mcp.origin}/mcp did not respond within 9 s.`,
    ]);
  });
});

describe('a check of a server', () => {
  afterEach(closeServers);

  it('is sent with the token of the signed-in account', async () => {
    const window = new BrokerWindow();
    const mcp = await scriptedServer(() => ({}));
    const server = serverAt(`${mcp.origin}/mcp`);
    await window.credentials.put(credentialFor(server.url, mcp.origin, window.shared.clock));
    await checkServer(server, window, new AbortController().signal);
    assert.equal(mcp.requests[0]?.headers.authorization, 'Bearer access-1');
    assert.equal((await window.states.statusOf(server)).status, 'ready');
  });

  it('leaves the status signedOut after a 401 without a token, and asks for no consent', async () => {
    const window = new BrokerWindow();
    const mcp = await scriptedServer(() => ({ status: 401, headers: { 'www-authenticate': 'Bearer' } }));
    const server = serverAt(`${mcp.origin}/mcp`);
    await checkServer(server, window, new AbortController().signal);
    assert.equal((await window.states.statusOf(server)).status, 'signedOut');
    assert.equal(mcp.requests.length, 1);
  });

  it('ends when the user cancels it, which is not reported as a fault of the server', async () => {
    const window = new BrokerWindow();
    const mcp = await scriptedServer(() => ({ hang: true }));
    const server = serverAt(`${mcp.origin}/mcp`);
    const cancel = new AbortController();
    const checking = checkServer(server, window, cancel.signal);
    const reason = new Error('cancelled');
    cancel.abort(reason);
    await assert.rejects(checking, reason);
    assert.equal((await window.states.statusOf(server)).status, 'unknown');
  });
});

import assert from 'node:assert/strict';
import type { Fetch } from '../../src/oauth/httpContext.js';
import { bob } from '../demo/people.js';
import { UserBrowser } from '../demo/user.js';
import type { RawAnswer, RawCaller } from './rawCaller.js';
import { callTool, startRelayWorld, type RelayWorld } from './relayWorld.js';

describe('consent inside a waiting call', () => {
  let stage: RelayWorld;
  /** Stands between the broker and the network. */
  let network: Fetch;
  beforeEach(async () => {
    network = fetch;
    stage = await startRelayWorld({ fetch: (url, init) => network(url, init) });
  });
  afterEach(() => stage.close());

  const toolCalls = () =>
    stage.world.repositories.http.requests.filter(({ rpcMethod }) => rpcMethod === 'tools/call').length;
  const calling = async (): Promise<RawCaller> => {
    const caller = await stage.rawCaller('repositories');
    await caller.initialize();
    return caller;
  };
  /** The card on a call's stream. */
  const cardOn = async (answer: RawAnswer) => {
    await answer.until(/elicitation\/create.*\n\n/);
    const { id, params } = answer.messages.find(({ method }) => method === 'elicitation/create') ?? {};
    assert.ok(id !== undefined && params?.url !== undefined);
    return { id, url: params.url };
  };
  const resultOf = async (answer: RawAnswer) => {
    await answer.whole();
    return answer.messages.at(-1)?.result ?? assert.fail(answer.text);
  };

  it('offers sign_in before the first sign-in, and the real tools within the same call', async () => {
    const client = await stage.connect('repositories');
    assert.deepEqual(
      (await client.listTools()).tools.map(({ name }) => name),
      ['sign_in'],
    );

    const { text, isError } = await callTool(client, 'sign_in');

    assert.equal(isError, false);
    assert.match(text, /list_branches, create_branch/);
    assert.deepEqual(
      (await client.listTools()).tools.map(({ name }) => name),
      ['list_branches', 'create_branch'],
    );
  });

  it('responds to a sign_in that a client still lists after the sign-in', async () => {
    await stage.signIn('repositories');
    const { text, isError } = await callTool(await stage.connect('repositories'), 'sign_in');
    assert.equal(isError, false);
    assert.match(text, /^Signed in to repositories\. .*list_branches, create_branch/);
  });

  it('announces the real tools on the stream of sign_in, before its result', async () => {
    const caller = await calling();
    await (await caller.call('tools/list')).whole();
    const answer = await caller.callTool('sign_in');
    const card = await cardOn(answer);
    await stage.consent(card.url);
    await answer.whole();
    const said = answer.messages.map(({ method }) => method ?? 'result');
    assert.ok(said.indexOf('notifications/tools/list_changed') > said.indexOf('elicitation/create'));
    assert.equal(said.at(-1), 'result');
  });

  it('reports that the real tools could not be listed after the sign-in', async () => {
    const client = await stage.connect('repositories');
    await client.listTools();
    const { http } = stage.world.repositories;
    http.faultOnly = 'tools/list';
    http.fault = 'serverError';
    const { text, isError } = await callTool(client, 'sign_in');
    assert.equal(isError, true);
    assert.match(text, /did not respond to tools\/list as an MCP server \(500\)/);
  });

  it('shows one card naming server, tool, scopes and authorization server, then runs the same call', async () => {
    await stage.signIn('repositories');
    const client = await stage.connect('repositories');

    const { text, progress } = await callTool(client, 'create_branch', { name: 'from-card' });

    assert.match(text, /from-card/);
    assert.equal(stage.cards.length, 1);
    const message = stage.cards.at(0)?.message ?? '';
    const { host } = new URL(stage.world.authorizationServer.issuer);
    for (const part of ['repositories', 'create_branch', 'repo:write', host])
      assert.ok(message.includes(part), part);
    assert.equal(progress.at(-1), 'create_branch as alice@example.org');
    const author = await stage.world.repositories.branchAuthor('from-card');
    assert.match(author?.email ?? '', /alice@example\.org/);
  });

  it('reports at each step what it waits for, that the same call is sent again, and finally which account acted', async () => {
    await stage.signIn('repositories');
    const client = await stage.connect('repositories');
    const { progress } = await callTool(client, 'create_branch', { name: 'step-by-step' });
    assert.deepEqual(progress, [
      'Asking the server how to sign in',
      'Waiting for your consent',
      'Opening the sign-in page',
      'Waiting for you in the browser',
      'Exchanging the code',
      'create_branch again',
      'create_branch as alice@example.org',
    ]);
    assert.ok(progress.every((line) => line.length < 40));
    // What is held already is not consented to again.
    assert.match(stage.cards.at(0)?.message ?? '', /^New scopes: repo:write$/m);
    assert.doesNotMatch(stage.cards.at(0)?.message ?? '', /repo:read/);
  });

  it('names the authorization server the browser goes to, and that it is another one than before', async () => {
    await stage.signIn('repositories');
    const { url } = stage.server('repositories');
    const stored = (await stage.broker.credentials.get(url)) ?? assert.fail();
    const as = { ...stored.as, issuer: 'https://former.example.org' };
    await stage.broker.credentials.put({ ...stored, as });
    stage.onCard = () => Promise.resolve('decline');
    const client = await stage.connect('repositories');
    await callTool(client, 'create_branch', { name: 'elsewhere' });
    const lines = stage.cards.at(0)?.message.split('\n\n') ?? [];
    assert.equal(lines[0], 'Sign in to repositories');
    assert.ok(lines.includes(`At: ${new URL(stage.world.authorizationServer.issuer).host}`));
    assert.ok(lines.includes('Previously: former.example.org'));
  });

  it('names on each card what its link asks for, whatever a cancelled call asked for', async () => {
    await stage.signIn('repositories');
    let scope = 'repo:admin';
    network = (url, init) => {
      if (!(init.body instanceof Uint8Array) || !Buffer.from(init.body).includes('"tools/call"'))
        return fetch(url, init);
      const challenge = `Bearer error="insufficient_scope", scope="${scope}"`;
      return Promise.resolve(new Response('', { status: 403, headers: { 'WWW-Authenticate': challenge } }));
    };
    const caller = await calling();
    await cardOn(await caller.callTool('delete_all'));
    await caller.notify('notifications/cancelled', { requestId: 1 });
    scope = 'repo:write';
    const answer = await caller.callTool('create_branch');
    const { url } = await cardOn(answer);
    assert.match(answer.text, /New scopes: repo:write/);
    assert.doesNotMatch(answer.text, /repo:admin/);
    const { headers } = await fetch(url, { redirect: 'manual' });
    const asked = new URL(headers.get('location') ?? assert.fail()).searchParams.get('scope');
    assert.match(asked ?? '', /repo:write/);
    assert.doesNotMatch(asked ?? '', /repo:admin/);
  });

  it('names on a card everything that its link asks for if the sign-in was begun for more', async () => {
    await stage.signIn('repositories');
    const scopes = ['repo:read', 'repo:write', 'repo:admin'];
    stage.broker.signIns.begin(stage.server('repositories'), { deadline: 60_000, scopes });
    stage.onCard = () => Promise.resolve('decline');
    await callTool(await stage.connect('repositories'), 'create_branch', { name: 'more' });
    assert.match(stage.cards.at(0)?.message ?? '', /New scopes: repo:write, repo:admin/);
  });

  it('adds the scope to those held, once: the next call asks nothing', async () => {
    await stage.signIn('repositories');
    const client = await stage.connect('repositories');
    await callTool(client, 'create_branch', { name: 'one' });
    assert.equal((await callTool(client, 'create_branch', { name: 'two' })).isError, false);
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.equal(stage.cards.length, 1);
    const [, asked] = stage.browser.consentPages;
    assert.ok(asked?.scopes.includes('repo:read') === true && asked.scopes.includes('repo:write'));
    const { held } = await stage.broker.states.statusOf(stage.server('repositories'));
    assert.ok(held.includes('repo:read') && held.includes('repo:write'));
  });

  it('reports what was not granted, and runs nothing', async () => {
    await stage.signIn('repositories');
    const client = await stage.connect('repositories');
    stage.onCard = async ({ url }) => {
      await stage.consent(url, { consent: { only: ['repo:read', 'openid', 'email', 'profile'] } });
      return 'accept';
    };
    const { isError, text } = await callTool(client, 'create_branch', { name: 'less' });
    assert.equal(isError, true);
    assert.match(text, /repositories was not granted repo:write/);
    assert.equal(stage.cards.length, 1);
    assert.equal(await stage.world.repositories.branchAuthor('less'), undefined);
  });

  it('reports to the model that the user declined, and leaves the sign-in as it was', async () => {
    await stage.signIn('repositories');
    const client = await stage.connect('repositories');
    stage.onCard = () => Promise.resolve('decline');

    const { text, isError } = await callTool(client, 'create_branch', { name: 'never' });

    assert.equal(isError, true);
    assert.match(text, /create_branch did not run: the user declined/);
    assert.match(text, /access \(repo:write\)\. It was declined in the editor\. Do not/);
    const { status, lastAttempt } = await stage.broker.states.statusOf(stage.server('repositories'));
    assert.equal(status, 'needsScopes');
    assert.deepEqual(
      [lastAttempt?.kind, lastAttempt?.detail],
      ['declined', 'It was declined in the editor.'],
    );
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.equal(stage.world.authorizationServer.eventsOf('registration').length, 1);
  });

  it('reports to the model that the user denied access on the consent page', async () => {
    const client = await stage.connect('repositories');
    stage.onCard = async ({ url }) => {
      await stage.consent(url, { consent: 'deny' });
      return 'accept';
    };
    const { text, isError } = await callTool(client, 'list_branches');
    assert.equal(isError, true);
    assert.match(text, /list_branches did not run: the user declined/);
  });

  it('keeps the account when the browser signed in another one', async () => {
    await stage.signIn('repositories');
    const client = await stage.connect('repositories');
    stage.onCard = async ({ url }) => {
      await stage.consent(url, { ...bob, browser: new UserBrowser() });
      return 'accept';
    };

    const { isError, text } = await callTool(client, 'create_branch', { name: 'whose' });

    assert.equal(isError, true);
    assert.match(text, /alice@example\.org was kept/);
  });

  it('shows one card for all calls that wait for it, and all get their results', async () => {
    const first = await stage.connect('repositories');
    const second = await stage.connect('repositories');
    const bothWait = Promise.withResolvers<void>();
    const waiting = new Set<string>();
    stage.onCard = async ({ url }) => {
      await bothWait.promise;
      await stage.consent(url);
      return 'accept';
    };
    const call = (client: typeof first, id: string) =>
      client.callTool({ name: 'list_branches', arguments: {} }, undefined, {
        onprogress: ({ message }) => {
          if (message === 'Waiting for your consent') waiting.add(id);
          if (waiting.size === 3) bothWait.resolve();
        },
      });
    const results = await Promise.all([call(first, 'a'), call(first, 'b'), call(second, 'c')]);
    for (const { isError } of results) assert.notEqual(isError, true);
    assert.equal(stage.cards.length, 1);
    assert.equal(stage.world.authorizationServer.eventsOf('token').length, 1);
    assert.equal(toolCalls(), 3);
  });

  it('shows the card on the next waiting call when the one that showed it is cancelled', async () => {
    const first = await calling();
    const second = await calling();
    const gone = await first.callTool('list_branches');
    const orphan = await cardOn(gone);
    const answer = await second.callTool('list_branches');
    await answer.until(/Waiting for your consent/);
    assert.doesNotMatch(answer.text, /elicitation/);
    await first.notify('notifications/cancelled', { requestId: 1 });
    const card = await cardOn(answer);
    await first.respond(orphan.id, { action: 'decline' });
    await stage.consent(card.url);
    assert.match(JSON.stringify(await resultOf(answer)), /main/);
  });

  it('keeps the stream alive, and gives up with a text at its own deadline', async () => {
    const caller = await calling();
    const answer = await caller.callTool('list_branches');
    const card = await cardOn(answer);
    stage.clock.advance(15_000);
    await answer.until(/\n:\n\n/);
    stage.clock.advance(5 * 60_000);
    const result = await resultOf(answer);
    assert.equal(result.isError, true);
    assert.match(JSON.stringify(result), /the sign-in to repositories timed out/);
    assert.equal((await fetch(card.url)).status, 404);
    await caller.respond(card.id, { action: 'accept' });
    assert.equal(toolCalls(), 0);
  });

  it('sends headers to a caller that wants no progress, before the user comes', async () => {
    const caller = await stage.rawCaller('repositories');
    await caller.initialize({});
    const { host } = new URL(stage.world.authorizationServer.issuer);
    const metadata = Promise.withResolvers<void>();
    network = async (url, init) => {
      if (new URL(url).host === host) await metadata.promise;
      return fetch(url, init);
    };
    const params = { name: 'list_branches', arguments: {} };
    const answer = await caller.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
    assert.equal(answer.headers['content-type'], 'text/event-stream');
    metadata.resolve();
    assert.match(JSON.stringify(await resultOf(answer)), /main/);
  });

  it('gives up before the editor gives up the call', async () => {
    const answer = await (await calling()).callTool('list_branches');
    await cardOn(answer);
    stage.clock.advance(4 * 60_000);
    assert.match(JSON.stringify(await resultOf(answer)), /timed out/);
  });

  it('reports that no page could be opened if none could', async () => {
    stage.broker.loopback.open = () => Promise.reject(new Error('EMFILE'));
    const client = await stage.connect('repositories');
    const { isError, text } = await callTool(client, 'list_branches');
    assert.equal(isError, true);
    assert.match(text, /The sign-in page could not be opened on this machine\./);
  });

  it('ends its wait when the call is cancelled; a late consent still signs in and runs nothing', async () => {
    const caller = await calling();
    const answer = await caller.callTool('list_branches');
    const card = await cardOn(answer);
    await caller.notify('notifications/cancelled', { requestId: 1 });
    assert.doesNotMatch(await answer.whole(), /"id":1[,}]/);

    await caller.respond(card.id, { action: 'accept' });
    await stage.consent(card.url);
    await stage.broker.signIns.running(stage.server('repositories'))?.outcome;

    assert.equal(await stage.status('repositories'), 'ready');
    assert.equal(toolCalls(), 0);
    assert.match(JSON.stringify(await resultOf(await caller.callTool('list_branches'))), /main/);
    assert.equal(toolCalls(), 1);
  });

  it('goes on when its caller goes away; a card that is declined then declines nothing', async () => {
    const caller = await calling();
    const answer = await caller.callTool('list_branches');
    const card = await cardOn(answer);
    caller.close();
    await answer.whole();
    await caller.respond(card.id, { action: 'decline' });
    await stage.consent(card.url);
    await stage.broker.signIns.running(stage.server('repositories'))?.outcome;
    assert.equal(await stage.status('repositories'), 'ready');
  });

  it('takes an answer to its card from the caller that was shown it, and from no other', async () => {
    const caller = await calling();
    const answer = await caller.callTool('list_branches');
    const card = await cardOn(answer);
    const stranger = await calling();
    await stranger.respond(card.id, { action: 'decline' });
    await stage.consent(card.url);
    await caller.respond(card.id, { action: 'accept' });
    assert.match(JSON.stringify(await resultOf(answer)), /main/);
  });

  it('is settled by a sign-in in the palette as well', async () => {
    const caller = await calling();
    const answer = await caller.callTool('list_branches');
    await cardOn(answer);
    await stage.signIn('repositories');
    assert.match(JSON.stringify(await resultOf(answer)), /main/);
  });

  it('asks three times at most if the server is never satisfied, and then reports it', async () => {
    const { http } = stage.world.repositories;
    network = async (url, init) => {
      const calls = init.body instanceof Uint8Array && Buffer.from(init.body).includes('"tools/call"');
      return calls ? new Response(null, { status: 401 }) : fetch(url, init);
    };
    const client = await stage.connect('repositories');
    const { isError, text } = await callTool(client, 'list_branches');
    assert.equal(isError, true);
    assert.match(text, /repositories asked for consent three times in a row/);
    assert.equal(stage.cards.length, 3);
    assert.ok(http.requests.every(({ rpcMethod }) => rpcMethod !== 'tools/call'));
  });

  it('asks in the editor if no card can be shown: a resource of a signed-out server', async () => {
    const client = await stage.connect('repositories');
    const { contents } = await client.readResource({ uri: 'repo://HEAD' });
    assert.equal(contents.length, 1);
    assert.deepEqual(stage.prompts, ['the resource repo://HEAD']);
    assert.equal(stage.cards.length, 0);
  });

  it('asks in the editor for a caller that can show no card', async () => {
    const client = await stage.connect('repositories', stage.broker, {});
    assert.equal((await callTool(client, 'list_branches')).text, 'main');
    assert.deepEqual(stage.prompts, ['list_branches']);
    const prompt = await client.getPrompt({ name: 'name_branch', arguments: { task: 'a' } });
    assert.equal(prompt.messages.length, 1);
    assert.equal(stage.prompts.length, 1);
  });

  it('announces the real tools to a caller even if a resource led to the sign-in', async () => {
    const caller = await calling();
    const stream = await caller.send({ method: 'GET' });
    await (await caller.call('resources/read', { uri: 'repo://HEAD' })).whole();
    await stream.until(/tools\/list_changed/);
  });

  it('reports why a sign-in cannot begin', async () => {
    stage.world.authorizationServer.fault = 'serverError';
    const client = await stage.connect('repositories');
    const { isError, text } = await callTool(client, 'list_branches');
    assert.equal(isError, true);
    assert.match(text, /^list_branches did not run: sign-in to repositories failed\. /);
    assert.ok(text.includes(new URL(stage.world.authorizationServer.issuer).host));
    assert.equal(stage.cards.length, 0);
  });

  it('asks no user while the authorization server is down and the sign-in could be renewed', async () => {
    await stage.signIn('repositories');
    const { url } = stage.server('repositories');
    const credential = (await stage.broker.credentials.get(url)) ?? assert.fail();
    const client = await stage.connect('repositories');
    const { accessToken, ...tokens } = credential.tokens;
    const stale = Object.create(accessToken, { expose: { value: () => 'stale' } }) as typeof accessToken;
    await stage.broker.credentials.put({ ...credential, tokens: { ...tokens, accessToken: stale } });
    stage.world.authorizationServer.fault = 'serverError';
    const { isError, text } = await callTool(client, 'list_branches');
    assert.equal(isError, true);
    assert.match(text, /^list_branches did not get a response\. /);
    assert.equal(stage.cards.length, 0);
    stage.world.authorizationServer.fault = 'none';
    assert.equal((await callTool(client, 'list_branches')).isError, false);
  });
});

import assert from 'node:assert/strict';
import { placeOf } from '../../src/broker/accounts/credential.js';
import { bob } from '../demo/people.js';
import { UserBrowser } from '../demo/user.js';
import { scopesOf, startAgentScene, type AgentScene } from './agentScene.js';
import { callTool } from './relayWorld.js';

const both = ['repo:read', 'repo:write'];

describe('where a refresh gives no token with fewer scopes, an agent that may have fewer', () => {
  let scene: AgentScene;
  const sent: string[] = [];
  /** Whether the authorization server looks at the scope of a refresh. */
  let isNarrowing = false;
  beforeEach(async () => {
    sent.length = 0;
    isNarrowing = false;
    scene = await startAgentScene({
      fetch: (url, init) => {
        const headers = new Headers(init.headers);
        const authorization = headers.get('authorization');
        if (authorization?.startsWith('Bearer ') === true && url.endsWith('/mcp')) sent.push(authorization);
        if (!(init.body instanceof URLSearchParams)) return fetch(url, init);
        const body = new URLSearchParams(init.body);
        // RFC 6749 §6 has a server look at it; this one does not always.
        if (body.get('grant_type') === 'refresh_token' && !isNarrowing) body.delete('scope');
        return fetch(url, { ...init, body });
      },
    });
    await signInWith(both);
  });
  afterEach(() => scene.stage.close());

  const server = () => scene.stage.server('repositories');
  const signInWith = async (scopes: readonly string[]) => {
    const attempt = scene.stage.broker.signIns.begin(server(), { scopes, deadline: 60_000 });
    await scene.stage.consent((await attempt.launchPage()).address);
    assert.equal((await attempt.outcome).kind, 'signedIn');
  };
  const admit = async () => {
    const { agent, key } = await scene.admit({ repositories: { scopes: ['repo:read'] } });
    return { agent, client: await scene.connect('repositories', key.expose()) };
  };
  /** An agent whose call was answered with what it lacks, and what the user is asked for. */
  const asked = async () => {
    const { agent, client } = await admit();
    await callTool(client, 'list_branches');
    const [ask] = scene.agents.consents.pending;
    assert.ok(ask !== undefined);
    return { agent, ask };
  };
  const own = (agentId: string) => scene.stage.broker.credentials.get(placeOf(server(), agentId).url);

  it('has a sign-in of its own with the user’s consent, and no wider token was ever sent for it', async () => {
    const { agent, client } = await admit();
    const { isError, text } = await callTool(client, 'list_branches');
    assert.equal(isError, true, text);
    assert.match(text, /the user must sign in to repositories first/);
    assert.deepEqual(sent, []);
    const [ask] = scene.agents.consents.pending;
    assert.deepEqual([ask?.request.forAgent, ask?.request.scopes], [agent.id, ['repo:read']]);
    await scene.consent();
    assert.deepEqual(scene.agents.consents.pending, []);
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.ok(sent.length > 0);
    for (const authorization of sent) assert.deepEqual(scopesOf(authorization), ['repo:read']);
    // What the user granted before is as it was, and theirs alone is shown.
    const all = await scene.stage.broker.credentials.all(server().url);
    assert.equal(all.length, 1);
    for (const scope of both) assert.ok(all[0]?.tokens.scopes.includes(scope));
  });

  it('keeps it past its expiry, and loses it, revoked, when it is withdrawn', async () => {
    const { agent, client } = await admit();
    await callTool(client, 'list_branches');
    await scene.consent();
    await callTool(client, 'list_branches');
    scene.stage.clock.advance(295_000);
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.deepEqual(scopesOf(sent.at(-1) ?? ''), ['repo:read']);
    await scene.stage.broker.signOuts.withdraw(agent);
    assert.equal(await own(agent.id), undefined);
    assert.ok(scene.stage.world.authorizationServer.eventsOf('revoked').length > 0);
    assert.ok((await scene.stage.broker.credentials.get(server().url)) !== undefined);
  });

  it('loses it when the user signs out', async () => {
    const { agent, client } = await admit();
    await callTool(client, 'list_branches');
    await scene.consent();
    const gone = new Promise<void>((resolve) => {
      const place = placeOf(server(), agent.id).url;
      scene.stage.broker.credentials.onDidChange((url) => {
        if (url === place) resolve();
      });
    });
    await scene.stage.broker.signOuts.signOut(server());
    await gone;
    assert.equal(await own(agent.id), undefined);
  });

  it('is not given another user’s: that sign-in is refused, and kept by nobody', async () => {
    const { agent, ask } = await asked();
    const attempt = scene.stage.broker.signIns.begin(server(), { ...ask.request, deadline: 60_000 });
    await scene.stage.consent((await attempt.launchPage()).address, { ...bob, browser: new UserBrowser() });
    const outcome = await attempt.outcome;
    assert.equal(outcome.kind, 'declined');
    assert.equal(await own(agent.id), undefined);
  });

  it('is not given one without a name, where the user has one', async () => {
    const { agent, ask } = await asked();
    const request = { ...ask.request, isExact: true, deadline: 60_000 };
    const attempt = scene.stage.broker.signIns.begin(server(), request);
    await scene.stage.consent((await attempt.launchPage()).address);
    assert.equal((await attempt.outcome).kind, 'declined');
    assert.equal(await own(agent.id), undefined);
  });

  it('is not given one that comes too late: after its withdrawal, or after the user’s sign-out', async () => {
    const { agent, ask } = await asked();
    const { signIns, signOuts } = scene.stage.broker;
    const isAdmitted = () => scene.agents.admissions.isAdmitted(agent.id, server().url);
    const late = async (before: () => Promise<unknown>) => {
      const attempt = signIns.begin(server(), { ...ask.request, isAdmitted, deadline: 60_000 });
      const callback = await scene.stage.signInPages((await attempt.launchPage()).address);
      await before();
      await (await fetch(callback)).text();
      assert.equal((await attempt.outcome).kind, 'declined');
      assert.equal(await own(agent.id), undefined);
    };
    await late(() => signOuts.signOut(server()));
    await signInWith(both);
    // Withdrawn in another window, which knows of no sign-in here.
    await late(() => scene.openWindow(scene.stage.openWindow()).admissions.withdraw(agent.id));
  });

  it('is given no wider token when its narrow one, or its own sign-in’s, ends', async () => {
    isNarrowing = true;
    const { agent, client } = await admit();
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    isNarrowing = false;
    scene.stage.clock.advance(295_000);
    assert.equal((await callTool(client, 'list_branches')).isError, true);
    await scene.consent();
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.ok((await own(agent.id)) !== undefined);
    for (const authorization of sent) assert.deepEqual(scopesOf(authorization), ['repo:read']);
  });
});

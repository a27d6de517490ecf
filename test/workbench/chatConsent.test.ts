import assert from 'node:assert/strict';
import { alice } from '../demo/people.js';
import { answer } from './userInBrowser.js';
import { Scene } from './scene.js';

/** The tests run in order: each one starts where the previous one ended. */
describe('Copilot Chat and a signed-out server', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set();
  });
  after(() => scene.end());

  it('declining the card returns a sentence to the model, and the next call can get consent', async () => {
    const { chat } = scene;
    await scene.prompt('list my branches');
    await chat.consentCard.text();
    assert.deepEqual(scene.offered, ['mcp_reports_sign_in', 'mcp_repositories_sign_in']);
    await chat.consentCard.cancel();
    await chat.waitForAnswer('It did not work');
    assert.match(scene.turn.at(-1)?.lastToolResult ?? '', /^sign_in did not run: the user declined/);
    // The row shows what the next call needs, and the row below shows the outcome of the last sign-in.
    await scene.serversView.waitFor('repositories', 'Signed out');
    await scene.serversView.unfold('repositories');
    await scene.serversView.waitFor('Last sign-in', 'declined');
    assert.equal(scene.world.authorizationServer.eventsOf('registration').length, 0);
  });

  it('one prompt leads through sign-in and step-up to a branch created by the user', async () => {
    const { chat } = scene;
    await scene.prompt('create a branch called from-nothing');
    const card = await chat.consentCard.text();
    for (const named of ['repositories', 'repo:read', scene.authorizationServer]) {
      assert.ok(card.includes(named), `the card does not name ${named}: ${card}`);
    }
    assert.equal(await chat.asksForApproval(), false);
    await scene.consent();

    // The text that the user reads before they confirm.
    await chat.approveTool(`Create a branch, as ${alice.email}`);
    assert.ok(scene.offered.includes('mcp_repositories_create_branch'), scene.offered.join());
    const stepUp = await chat.consentCard.text();
    for (const named of ['repositories', 'create_branch', 'repo:write', scene.authorizationServer]) {
      assert.ok(stepUp.includes(named), `the card does not name ${named}: ${stepUp}`);
    }
    await scene.consent();

    await chat.waitForAnswer('Done: Created branch from-nothing');
    await chat.unfoldSteps();
    await chat.waitForAnswer(`create_branch as ${alice.email}`);
    assert.deepEqual(
      scene.turn.flatMap(({ step }) => (step.kind === 'toolCall' ? [step.name] : [])),
      ['mcp_repositories_sign_in', 'mcp_repositories_create_branch'],
    );
    const author = await scene.world.repositories.branchAuthor('from-nothing');
    assert.deepEqual(author, { name: alice.name, email: alice.email, subject: alice.sub });
  });

  it('#mcpConsent reports the account and its scopes to the model, without a question', async () => {
    await scene.prompt('#mcpConsent whose account acts at my servers?');
    await scene.chat.waitForAnswer('Done: MCP servers of MCP OAuth Broker: 2.');
    const told = scene.turn.at(-1)?.lastToolResult ?? '';
    assert.match(told, new RegExp(`^repositories: ready .*\\n {2}account: ${alice.email}\\n`, 'm'));
    assert.match(told, /scopes granted: .*repo:write/);
    assert.match(told, /^reports: (?!ready)/m);
  });

  it('a call of a known tool while signed out returns its own result after the card, and runs once', async () => {
    const { chat } = scene;
    await scene.signOut('repositories');
    const [begun, called] = [scene.answered('initialize'), scene.answered('tools/call')];
    await scene.prompt('list my branches');
    const card = await chat.consentCard.text();
    for (const named of ['repositories', 'list_branches', 'repo:read', scene.authorizationServer]) {
      assert.ok(card.includes(named), `the card does not name ${named}: ${card}`);
    }
    await scene.consent();
    await chat.waitForAnswer('Done: from-nothing');
    await chat.unfoldSteps();
    await chat.waitForAnswer(`list_branches as ${alice.email}`);
    assert.equal(scene.turn.filter(({ step }) => step.kind === 'toolCall').length, 1);
    // A session belongs to one sign-in, so the server has one more. The editor's own session continues.
    assert.ok(scene.answered('initialize') <= begun + 1);
    assert.equal(scene.answered('tools/call'), called + 1);
  });

  it('denying on the consent page is reported to the model and shown as the outcome of the last sign-in', async () => {
    const { chat } = scene;
    await scene.signOut('repositories');
    await scene.prompt('list my branches');
    await scene.consent('Deny');
    await chat.waitForAnswer('It did not work');
    assert.match(scene.turn.at(-1)?.lastToolResult ?? '', /^list_branches did not run: the user declined/);
    await scene.serversView.waitFor('repositories', 'Signed out');
    await scene.serversView.waitFor('Last sign-in', 'declined');
  });

  it('the model begins a requested sign-in after confirmation, and receives the account', async () => {
    const { chat, window } = scene;
    await scene.prompt('sign me in to repositories');
    await scene.clearTheWay();
    const page = await window.pageOpenedBy(() => chat.approve('Sign in to repositories?'));
    await answer(page, window);
    await chat.waitForAnswer(`Done: Signed in to repositories as ${alice.email}`);
    await scene.serversView.waitFor('repositories', alice.email);
  });
});

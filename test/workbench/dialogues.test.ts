import assert from 'node:assert/strict';
import { alice } from '../demo/people.js';
import { preRegisteredClientId } from '../demo/authorizationServer.js';
import { answer } from './personInBrowser.js';
import { Scene } from './scene.js';

/** A story in order. */
describe('what a person decides in the palette', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set({
      servers: ({ repositories, reports }) => ({
        repositories: { type: 'http', url: repositories.url },
        reports: { type: 'http', url: reports.url, oauth: { clientId: preRegisteredClientId } },
      }),
    });
  });
  after(() => scene.end());

  it('Sign In with Scopes… asks for what was ticked, and the tool that needs it asks for nothing more', async () => {
    const { window, world } = scene;
    const page = await window.pageOpenedBy(async () => {
      await window.runCommand('MCP OAuth: Sign In with Scopes…');
      await window.pick('repositories');
      await window.seeRow('repo:read');
      await window.pick('repo:write');
      await window.confirmPicks();
    });
    await answer(page, window);
    await scene.serversView.waitFor('repositories', alice.email);
    const granted = world.authorizationServer.eventsOf('token').at(-1)?.scope?.split(' ') ?? [];
    assert.ok(granted.includes('repo:write') && granted.includes('repo:read'), granted.join(' '));
    await scene.prompt('create a branch called with-scopes');
    await scene.chat.approveTool('Create a branch');
    await scene.chat.waitForAnswer('Done: Created branch with-scopes');
  });

  it('Set Client Key… makes a key, gives its public half alone, and forgets it', async () => {
    const { window } = scene;
    await scene.clearTheWay();
    await window.runCommand('MCP OAuth: Set Client Key…');
    await window.pick('reports');
    assert.doesNotMatch(await window.quickInputText(), /Forget the key/);
    await window.pickDescribed('Make a new key', 'ES256');
    await window.notification('The key of reports is kept.').waitFor();
    await window.clickNotification('The key of reports is kept.', 'Copy Public Key');
    const copied = JSON.parse(await window.clipboard()) as Record<string, unknown>;
    assert.deepEqual([copied['kty'], copied['crv'], 'd' in copied], ['EC', 'P-256', false]);

    await window.runCommand('MCP OAuth: Set Client Key…');
    await window.pick('reports');
    await window.pick('Forget the key');
    await window.runCommand('MCP OAuth: Set Client Key…');
    await window.pick('reports');
    await window.seeRow('Import a key');
    assert.doesNotMatch(await window.quickInputText(), /Forget the key/);
    await window.page.keyboard.press('Escape');
  });

  it('Diagnose Server… opens a report that reads as one', async () => {
    const { window, editor, world } = scene;
    await scene.clearTheWay();
    const broken = { type: 'http', url: world.repositories.url.replace(/mcp$/, 'nothing') };
    await editor.configure({ ...world.serverSettings(), broken });
    await scene.serversView.waitFor('broken', 'Not checked yet');
    for (const [name, verdict] of [
      ['repositories', 'Nothing stands in the way of a sign-in.'],
      ['broken', 'There is no MCP server at'],
    ] as const) {
      await window.runCommand('MCP OAuth: Diagnose Server…');
      await window.pick(name);
      const report = window.page.locator('.editor-instance').filter({ hasText: /In short/ });
      await report.filter({ hasText: new RegExp(verdict.replaceAll(' ', '\\s')) }).waitFor();
      if (process.env['DIAG_SHOTS'])
        await window.page.screenshot({ path: `${process.env['DIAG_SHOTS']}/${name}.png` });
    }
  });
});

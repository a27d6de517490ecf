import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { alice } from '../demo/people.js';
import { Scene } from './scene.js';

describe('a sign-in in browser storage, in an editor on another machine', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set();
    await scene.signIn('repositories');
    await scene.prompt('list my branches');
    await scene.chat.waitForAnswer('Done: main');
  });
  after(() => scene.end());

  it('is asked about once, by the first call that needs it, and not before', async () => {
    const question = `Use your sign-in to repositories as ${alice.email}`;
    await scene.editor.restart({ asAnotherMachine: true });
    await scene.serversView.waitFor('repositories', 'Not checked yet');
    const { requests } = scene.world.repositories.http;
    const before = requests.length;
    await scene.window.seeMcpServers(['repositories']);
    await scene.chat.startAnew();
    assert.equal(await scene.window.notification(question).isVisible(), false);
    await scene.prompt('list my branches');
    await scene.window.notification(question).waitFor();
    assert.equal(requests.length, before);
    await scene.window.clickNotification(question, 'Use Here');
    await scene.chat.waitForAnswer('Done: main');
    await scene.window.statusItem(alice.email).waitFor();

    await scene.window.reload();
    await scene.window.statusItem(alice.email).waitFor();
    assert.equal(scene.world.authorizationServer.eventsOf('authorization').length, 1);
  });
});

describe('servers in the settings file of the machine', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set({ servers: () => ({}) });
  });
  after(async () => {
    await rm(scene.editor.machineSettingsFile, { force: true });
    // While the window knows that file's entry, the editor would write there.
    await scene.window.reload();
    await scene.end();
  });

  it('apply after they are imported, with their addresses shown to the user', async () => {
    const { editor, world, window } = scene;
    const { repositories, reports } = world.serverSettings();
    const text = JSON.stringify({ 'mcpOAuthBroker.servers': { repositories, reports } });
    await mkdir(path.dirname(editor.machineSettingsFile), { recursive: true });
    await writeFile(editor.machineSettingsFile, text);
    await window.reload();
    const question = 'has MCP OAuth settings that aren’t used';
    await window.notification(`repositories (${world.repositories.url})`).waitFor();
    await scene.serversView.waitForNone();
    await window.clickNotification(question, 'Review…');
    await window.seeRow('repositories');
    const shown = await window.quickInputText();
    for (const { url } of [world.repositories, world.reports]) assert.ok(shown.includes(url), shown);
    await window.pick('reports');
    await window.confirmPicks();
    await window.notification('Imported into your user settings: repositories').waitFor();
    await scene.serversView.waitFor('repositories', 'Not checked yet');
    assert.deepEqual(await editor.configured(), { repositories });
    assert.equal(await readFile(editor.machineSettingsFile, 'utf8'), text);

    await window.reload();
    await scene.serversView.waitFor('repositories', 'Not checked yet');
    assert.equal(await window.notification(question).isVisible(), false);
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WireTap } from '../host/wireTap.js';
import { Scene } from './scene.js';

describe('a secret in traffic between the servers', () => {
  let tap: WireTap;
  let scene: Scene;
  let folder: string;
  before(async () => {
    tap = new WireTap();
    folder = await mkdtemp(path.join(tmpdir(), 'export-'));
    scene = await Scene.set();
    await scene.window.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  });
  after(async () => {
    tap.close();
    await scene.end();
    await rm(folder, { recursive: true, force: true });
  });

  /** The whole content of the window, visible and hidden, in every frame. */
  async function window(): Promise<string> {
    const frames = scene.window.page.frames();
    const texts = await Promise.all(
      frames.map((frame) => frame.evaluate(() => document.documentElement.outerHTML).catch(() => '')),
    );
    return texts.join('\n');
  }
  function holdsNone(where: string, text: string): void {
    const found = tap.secrets.filter(({ value }) => text.includes(value)).map(({ name }) => name);
    assert.deepEqual(found, [], where);
  }

  it('appears on no surface, in no model input, in no log level, no export and no clipboard', async () => {
    const { chat, editor } = scene;
    await scene.window.runCommand('MCP OAuth: Show Log');
    const begun = editor.model.requests.length;
    await scene.prompt('list my branches');
    await chat.consentCard.text();
    holdsNone('the window with a card', await window());
    await scene.consent();
    await chat.waitForAnswer('Done: main');

    // A server that echoes its requests, in text and in machine-readable fields.
    scene.world.repositories.http.fault = 'echo';
    await chat.startAnew();
    await scene.prompt('list my branches');
    await chat.waitForAnswer('It did not work');
    scene.world.repositories.http.fault = 'none';
    await scene.serversView.waitFor('repositories', 'Denied');

    const kinds = new Set(tap.secrets.map(({ name }) => name));
    for (const kind of ['code', 'code_verifier', 'access_token', 'refresh_token'])
      assert.ok(kinds.has(kind), `no ${kind} was in use: that none is found proves nothing`);

    await scene.window.runCommand('MCP OAuth: Show Tool Calls');
    const calls = scene.window.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    await calls.getByRole('row').nth(1).waitFor();
    await scene.window.runCommand('MCP OAuth: Show Servers');
    const everything = await window();
    assert.ok(everything.includes('list_branches') && everything.includes('Tool Calls'));
    holdsNone('the window', everything);
    await scene.window.page.keyboard.press('Escape');

    holdsNone('what the model was told', JSON.stringify(editor.model.requests.slice(begun)));

    await scene.window.runAndPick('MCP OAuth: Copy Server Address…', 'repositories');
    await scene.window.clipboard((text) => text === scene.world.repositories.url);

    const file = path.join(folder, 'calls.jsonl');
    await scene.window.runCommand('MCP OAuth: Export Tool Calls…');
    await scene.window.saveAs(file);
    await scene.window.notification('tool calls were exported').waitFor();
    const exported = await readFile(file, 'utf8');
    assert.ok(exported.includes('"tool":"list_branches"'));
    holdsNone('the export', exported);
  });
});

import assert from 'node:assert/strict';
import { startWorld, type World } from '../demo/world.js';
import { rowsTouched, watchRows } from '../host/treeMutations.js';
import type { EditorUnderTest } from './editorUnderTest.js';
import { ServersView } from './serversView.js';
import { sharedEditor } from './sharedEditor.js';

const names = Array.from({ length: 50 }, (_, at) => `server-${String(at + 1).padStart(2, '0')}`);

describe('the view with fifty servers', () => {
  let world: World;
  let editor: EditorUnderTest;
  let view: ServersView;
  before(async () => {
    editor = await sharedEditor();
    world = await startWorld();
    const urls = names.map((name, at) => [name, `${world.repositories.url}?part=${at + 1}`] as const);
    await editor.configure(Object.fromEntries(urls.map(([name, url]) => [name, { type: 'http', url }])));
    view = new ServersView(editor.window);
    await view.waitFor('server-01', 'Not checked yet');
  });
  after(async () => {
    await editor.configure({});
    await view.waitForNone();
    await editor.window.seeMcpServers([], names);
    await world.close();
  });

  it('redraws only the row whose status changes', async () => {
    const { window } = editor;
    await watchRows(window.page);
    await window.runCommand('MCP OAuth: Check Server…');
    await window.pick('server-07');
    await window.notification('server-07').waitFor();
    await view.row('server-07').filter({ hasNotText: 'Not checked yet' }).waitFor();
    assert.deepEqual(await rowsTouched(window.page), ['server-07']);
  });
});

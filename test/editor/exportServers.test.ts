import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { ExportServers } from '../../src/editor/imports/exportServers.js';
import { activeExtension, configure, type ActiveExtension } from './activeExtension.js';
import { DialogueAnswers } from './dialogueAnswers.js';
import { ImportedFiles, pickIn } from './importedFiles.js';

const url = 'https://notes.example.com/mcp';
const notes = {
  type: 'http',
  url,
  headers: { 'X-Team': 'blue', 'X-Value': 'a8f5f167f44f4964e6c998dee827110c' },
  oauth: { clientId: 'c' },
};

describe('Export Servers', () => {
  let extension: ActiveExtension;
  let home: ImportedFiles;
  before(async () => {
    extension = await activeExtension();
    await configure(extension, { notes, other: { url: 'https://other.example.com/' } });
  });
  beforeEach(async () => {
    home = await ImportedFiles.make(extension);
  });
  afterEach(() => home.remove());
  after(() => configure(extension, undefined));

  async function run(...answers: (string | undefined)[]): Promise<readonly string[]> {
    const dialogue = new DialogueAnswers(...answers);
    const { settings } = extension;
    const parts = { settings, files: home.files, imports: home.imports };
    await new ExportServers(parts, dialogue.window, pickIn(dialogue)).run();
    await new Promise((resolve) => setImmediate(resolve));
    return dialogue.shown;
  }

  it('adds the chosen servers to another client’s file, without possible secrets', async () => {
    const before = '{\n  // mine\n  "mcpServers": {}\n}\n';
    await home.write('.cursor/mcp.json', before);
    const shown = await run('notes', 'Cursor', undefined);
    const backup = '.cursor/mcp.json.mcp-oauth-backup';
    assert.equal(
      shown.at(-1),
      `Exported to ~/.cursor/mcp.json: notes. The backup is ${home.home}/${backup}.`,
    );
    const after = await home.read('.cursor/mcp.json');
    assert.ok(after.startsWith('{\n  // mine\n'));
    assert.match(after, /"X-Team": "blue"/);
    assert.doesNotMatch(after, /a8f5f167|other/);
    assert.equal(await home.read(backup), before);
  });

  it('is undone with one click, byte for byte', async () => {
    await home.write('.codex/config.toml', '# mine\nmodel = "m"\n');
    const shown = await run('notes,other', 'Codex', 'Undo');
    while (!shown.some((line) => line.startsWith('The export was undone.')))
      await new Promise((resolve) => setImmediate(resolve));
    assert.equal(await home.read('.codex/config.toml'), '# mine\nmodel = "m"\n');
    await assert.rejects(home.read('.codex/config.toml.mcp-oauth-backup'));
  });

  it('creates a missing file, and removes it when undone', async () => {
    const shown = await run('notes', 'Gemini CLI', 'Undo');
    assert.ok(shown.includes('Gemini CLI | ~/.gemini/settings.json | The file will be created.'));
    while (!shown.some((line) => line.startsWith('The export was undone.')))
      await new Promise((resolve) => setImmediate(resolve));
    await assert.rejects(home.read('.gemini/settings.json'));
  });

  it('reports that a file already has the servers, and does not change a malformed one', async () => {
    await home.write('.cursor/mcp.json', JSON.stringify({ mcpServers: { mine: { url } } }));
    assert.equal((await run('notes', 'Cursor')).at(-1), '~/.cursor/mcp.json already has these servers.');
    await home.write('.cursor/mcp.json', '{');
    assert.match(
      (await run('notes', 'Cursor')).at(-1) ?? '',
      /^~\/\.cursor\/mcp\.json wasn’t changed: Line 1/,
    );
    assert.equal(await home.read('.cursor/mcp.json'), '{');
  });

  it('copies the content of an mcp.json to the clipboard or a new document', async () => {
    const expected = { servers: { notes: { ...notes, headers: { 'X-Team': 'blue' } } } };
    await run('notes', 'New document');
    const { document } = vscode.window.activeTextEditor ?? {};
    assert.deepEqual(JSON.parse(document?.getText() ?? ''), expected);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await run('notes', 'Clipboard');
    assert.deepEqual(JSON.parse(await vscode.env.clipboard.readText()), expected);
  });
});

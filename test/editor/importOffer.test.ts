import assert from 'node:assert/strict';
import { ImportOffer } from '../../src/editor/imports/importOffer.js';
import { activeExtension, configure, type ActiveExtension } from './activeExtension.js';
import { DialogueAnswers } from './dialogueAnswers.js';
import { ImportedFiles } from './importedFiles.js';

const notes = JSON.stringify({ mcpServers: { notes: { url: 'https://notes.example.com/mcp' } } });
const message = 'You have an MCP server in ~/.cursor/mcp.json. MCP OAuth can sign you in to it.';

describe('the offer to import servers', () => {
  let extension: ActiveExtension;
  let home: ImportedFiles;
  let contexts: (readonly [string, boolean])[];
  let runs: number;
  before(async () => {
    extension = await activeExtension();
  });
  beforeEach(async () => {
    home = await ImportedFiles.make(extension);
    contexts = [];
    runs = 0;
  });
  afterEach(() => home.remove());
  after(() => configure(extension, undefined));

  async function look(answer?: string): Promise<readonly string[]> {
    const dialogue = new DialogueAnswers(answer);
    const parts = {
      files: home.files,
      known: () => ({ servers: extension.settings.servers }),
      memory: home.memory,
      run: () => Promise.resolve(runs++),
    };
    const setContext = (key: string, value: boolean) => {
      contexts.push([key, value]);
      return Promise.resolve();
    };
    await new ImportOffer(parts, dialogue.window, setContext).look();
    return dialogue.shown;
  }

  it('is made in the empty view and once in a notification, and starts the import', async () => {
    await home.write('.cursor/mcp.json', notes);
    assert.deepEqual(await look('Import'), [message]);
    assert.deepEqual([contexts, runs], [[['mcpOAuthBroker.hasServersElsewhere', true]], 1]);
    assert.deepEqual(await look('Import'), []);
  });

  it('is made again when there are other servers, unless the user chose never to show it', async () => {
    await home.write('.cursor/mcp.json', notes);
    await look(undefined);
    await home.write('.cursor/mcp.json', notes.replace('notes.', 'other.'));
    assert.deepEqual(await look('Don’t Show Again'), [message]);
    await home.write('.cursor/mcp.json', notes.replace('notes.', 'third.'));
    assert.deepEqual(await look('Import'), []);
  });

  it('is not made if there is nothing to import', async () => {
    assert.deepEqual(await look(), []);
    await home.write(
      '.cursor/mcp.json',
      JSON.stringify({ mcpServers: { off: { url: 'https://x.example/', disabled: true } } }),
    );
    assert.deepEqual(await look(), []);
    assert.deepEqual(
      contexts.map(([, value]) => value),
      [false, false],
    );
  });

  it('is only in the view’s menu if servers are configured', async () => {
    await configure(extension, { mine: { url: 'https://mine.example.com/' } });
    await home.write('.cursor/mcp.json', notes);
    assert.deepEqual(await look(), []);
    assert.deepEqual(contexts, [['mcpOAuthBroker.hasServersElsewhere', false]]);
  });
});

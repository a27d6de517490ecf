import assert from 'node:assert/strict';
import type { OwnSetting } from '../../src/broker/settings/ownSettings.js';
import { TakeOverSettings, type FormerSettingsFile } from '../../src/editor/settings/takeOverSettings.js';
import { SettingUnwritable } from '../../src/editor/settings/writeSetting.js';
import { MemoryMemory } from '../broker/memoryStores.js';
import { activeExtension, configure, type ActiveExtension } from './activeExtension.js';
import { DialogueAnswers } from './dialogueAnswers.js';

const path = '/home/alice/.vscode-server/data/Machine/settings.json';
const mine = { url: 'https://mine.example/mcp' };
const theirs = { url: 'https://theirs.example/mcp' };
const review = 'Review';
const no = 'Don’t Import';

describe('settings in a file of a remote machine', () => {
  let extension: ActiveExtension;
  let memory: MemoryMemory;
  let written: [OwnSetting, unknown][];
  before(async () => {
    extension = await activeExtension();
    await configure(extension, { mine });
  });
  beforeEach(() => {
    memory = new MemoryMemory();
    written = [];
  });
  after(() => configure(extension, undefined));

  const file = (settings: object): FormerSettingsFile => ({
    path,
    text: `// What the container's configuration says.\n${JSON.stringify(settings)}`,
  });
  const takeOver = (dialogue: DialogueAnswers, ...files: FormerSettingsFile[]) =>
    new TakeOverSettings(
      {
        files: () => Promise.resolve(files),
        openRemote: () => Promise.resolve(undefined),
        memory,
        write: (key, value) => {
          written.push([key, value]);
          return Promise.resolve();
        },
      },
      dialogue.window,
    );

  it('are offered with every server and its address, and apply only after approval', async () => {
    const oauth = { authorizationServer: 'https://login.theirs.example', clientId: 'x' };
    const found = file({
      'mcpOAuthBroker.servers': { theirs: { ...theirs, oauth }, fourth: mine },
      'mcpOAuthBroker.toolRules': { theirs: { delete_branch: 'allow' } },
    });
    const dialogue = new DialogueAnswers(review, 'theirs | https://theirs.example/mcp');
    await takeOver(dialogue, found).offer();
    assert.deepEqual(dialogue.shown.slice(0, 4), [
      `${path} has MCP OAuth settings that aren’t used: theirs (https://theirs.example/mcp), fourth (https://mine.example/mcp), Tool rules of theirs. You can import them into your user settings.`,
      'theirs | https://theirs.example/mcp | {"oauth":{"authorizationServer":"https://login.theirs.example","clientId":"x"}} | picked',
      'fourth | https://mine.example/mcp |  | picked',
      'Tool rules of theirs | {"delete_branch":"allow"} |  | picked',
    ]);
    assert.deepEqual(written, [['servers', { mine, theirs: { ...theirs, oauth } }]]);
  });

  it('are not offered again after either decision, until the file changes', async () => {
    const found = file({ 'mcpOAuthBroker.servers': { theirs } });
    const declined = new DialogueAnswers(no);
    await takeOver(declined, found).offer();
    assert.equal(declined.shown.length, 1);
    const again = new DialogueAnswers(review, undefined);
    await takeOver(again, found).offer();
    assert.deepEqual([again.shown, written], [[], []]);
    await takeOver(again, file({ 'mcpOAuthBroker.servers': { theirs: mine } })).offer();
    assert.equal(again.shown.length, 2);
  });

  it('are offered again if the question was only closed', async () => {
    const found = file({ 'mcpOAuthBroker.servers': { theirs } });
    await takeOver(new DialogueAnswers(undefined), found).offer();
    await takeOver(new DialogueAnswers(review, undefined), found).offer();
    const third = new DialogueAnswers(undefined);
    await takeOver(third, found).offer();
    assert.equal(third.shown.length, 1);
    assert.deepEqual(written, []);
  });

  it('replace nothing of the user’s own unless that line is chosen, which shows both', async () => {
    const found = file({ 'mcpOAuthBroker.servers': { mine: theirs, theirs } });
    const kept = new DialogueAnswers(review, 'picked');
    await takeOver(kept, found).offer();
    assert.equal(
      kept.shown[1],
      'mine | https://theirs.example/mcp | Replaces yours: {"url":"https://mine.example/mcp"}',
    );
    assert.deepEqual(written, [['servers', { mine, theirs }]]);
    written = [];
    await takeOver(new DialogueAnswers('mine | '), found).run();
    assert.deepEqual(written, [['servers', { mine: theirs }]]);
  });

  it('show an address in full and in plain characters', async () => {
    const long = `https://mcp.example.com/${'a'.repeat(1_000)}/mcp`;
    const found = file({ 'mcpOAuthBroker.servers': { 'a\u202e$(check)': { url: long } } });
    const dialogue = new DialogueAnswers(review, undefined);
    await takeOver(dialogue, found).offer();
    assert.equal(dialogue.shown[1], `a $ (check) | ${long} |  | picked`);
  });

  it('are not offered if the user’s settings already contain them, or the file has none', async () => {
    const dialogue = new DialogueAnswers(review);
    await takeOver(
      dialogue,
      file({ 'mcpOAuthBroker.servers': { mine } }),
      file({ 'editor.tabSize': 2 }),
    ).offer();
    assert.deepEqual(dialogue.shown, []);
    await takeOver(dialogue, file({})).run();
    assert.deepEqual(dialogue.shown, ['There are no MCP OAuth settings to import.']);
  });

  it('stay undecided if they could not be written', async () => {
    const dialogue = new DialogueAnswers(review, 'theirs');
    const found = file({ 'mcpOAuthBroker.servers': { theirs } });
    const parts = {
      files: () => Promise.resolve([found]),
      openRemote: () => Promise.resolve(undefined),
      memory,
      write: () => Promise.reject(new SettingUnwritable('Your settings file has unsaved changes.')),
    };
    await new TakeOverSettings(parts, dialogue.window).offer();
    assert.equal(dialogue.shown.at(-1), 'Your settings file has unsaved changes.');
    const again = new DialogueAnswers(undefined);
    await takeOver(again, found).offer();
    assert.equal(again.shown.length, 1);
  });

  it('are opened in the remote’s own settings editor if the file cannot be read from here', async () => {
    const dialogue = new DialogueAnswers('theirs');
    const parts = {
      files: () => Promise.resolve([]),
      openRemote: () => Promise.resolve(file({ 'mcpOAuthBroker.servers': { theirs } })),
      memory,
      write: (key: OwnSetting, value: unknown) => {
        written.push([key, value]);
        return Promise.resolve();
      },
    };
    await new TakeOverSettings(parts, dialogue.window).offer();
    assert.deepEqual(dialogue.shown, []);
    await new TakeOverSettings(parts, dialogue.window).run();
    assert.deepEqual(written, [['servers', { mine, theirs }]]);
  });
});

import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ReadFiles } from '../../src/editor/imports/otherProgramFiles.js';
import { RemoveOtherServer } from '../../src/editor/imports/removeOtherServer.js';
import { activeExtension } from './activeExtension.js';
import { DialogueAnswers } from './dialogueAnswers.js';
import { ImportedFiles } from './importedFiles.js';

const userMcpJson = 'Code/User/mcp.json';
const original = `{
  // mine
  "servers": {
    "local": { "command": "x" },
    "notes": { "url": "https://notes.example.com/mcp" }
  }
}
`;

describe('removing a server that VS Code has from a file as well', () => {
  let home: ImportedFiles;
  beforeEach(async () => {
    home = await ImportedFiles.make(await activeExtension());
    await home.write(userMcpJson, original);
  });
  afterEach(() => home.remove());

  const uri = () => vscode.Uri.file(path.join(home.home, userMcpJson));
  const remove = async (
    answers: readonly (string | undefined)[],
    readAll: () => Promise<ReadFiles> = () => home.files.readAll(),
  ) => {
    const dialogue = new DialogueAnswers(...answers);
    const parts = { files: { readAll }, imports: home.imports };
    await new RemoveOtherServer(parts, dialogue.window).run(uri(), 'notes');
    return dialogue.shown;
  };
  /** The same files, as if a team shared the user's own. */
  const shared = async (): Promise<ReadFiles> => {
    const { files, faults } = await home.files.readAll();
    return { faults, files: files.map((read) => ({ ...read, file: { ...read.file, kind: 'repository' } })) };
  };

  it('leaves the rest of the file as it was, and keeps a backup', async () => {
    const shown = await remove([undefined]);
    const after = await home.read(userMcpJson);
    assert.deepEqual(JSON.parse(after.replace('// mine', '')), { servers: { local: { command: 'x' } } });
    assert.ok(after.includes('// mine'));
    assert.equal(await home.read(`${userMcpJson}.mcp-oauth-backup`), original);
    assert.match(
      shown.join('\n'),
      /Removed “notes” from your user mcp\.json\. The backup is .*\.mcp-oauth-backup/,
    );
  });

  it('is undone with one click, byte for byte', async () => {
    const shown = await remove(['Undo']);
    assert.equal(await home.read(userMcpJson), original);
    assert.ok(
      shown.some((line) => line.startsWith('The removal was undone.')),
      shown.join('\n'),
    );
  });

  it('asks before it changes a file that a team shares', async () => {
    const shown = await remove([undefined], shared);
    assert.match(shown[0] ?? '', /Remove “notes” from your user mcp\.json\?.*Your team shares this file\./s);
    assert.equal(await home.read(userMcpJson), original);
    await remove(['Remove', undefined], shared);
    assert.doesNotMatch(await home.read(userMcpJson), /notes/);
  });

  it('changes nothing in a file that cannot be read', async () => {
    await home.write(userMcpJson, '{ "servers": ');
    const shown = await remove([undefined]);
    assert.match(shown[0] ?? '', /your user mcp\.json wasn’t changed: /);
    assert.equal(await home.read(userMcpJson), '{ "servers": ');
  });
});

import assert from 'node:assert/strict';
import type { FoundServer } from '../../src/broker/imports/foundServers.js';
import type { ChosenServer } from '../../src/broker/imports/importPlan.js';
import { TeamServers } from '../../src/editor/imports/teamServers.js';
import { MemoryMemory } from '../broker/memoryStores.js';
import { DialogueAnswers } from './dialogueAnswers.js';
import { pickIn } from './importedFiles.js';

const notes = { url: 'https://notes.example.com/mcp' };
const tickets = { url: 'https://tickets.example.com/mcp' };
const question = (names: string) =>
  `This workspace lists MCP servers: ${names}. MCP OAuth can sign you in to them.`;

describe('a team’s list of servers in the repository', () => {
  let memory: MemoryMemory;
  let applied: (readonly [name: string, url: string, isFileChanged: boolean])[];
  let inEditor: readonly string[];
  beforeEach(() => {
    memory = new MemoryMemory();
    applied = [];
  });

  async function open(servers: object, ...answers: (string | undefined)[]): Promise<readonly string[]> {
    const dialogue = new DialogueAnswers(...answers);
    const file = {
      uri: 'file:///work/.vscode/mcp.json',
      label: '.vscode/mcp.json',
      client: 'vscode',
      kind: 'repository',
    } as const;
    const importing = {
      nameAll: (chosen: readonly FoundServer[], names: readonly string[]) => {
        inEditor = names;
        return chosen.map((found) => ({ found, name: `${found.name} 2` }));
      },
      apply: (named: readonly ChosenServer[], _files: unknown, isMoved: (one: typeof file) => boolean) => {
        applied.push(...named.map(({ name, found }) => [name, found.url, isMoved(file)] as const));
        return Promise.resolve();
      },
    };
    const parts = {
      files: {
        readRepositories: () =>
          Promise.resolve({ files: [{ file, text: JSON.stringify({ servers }) }], faults: [] }),
      },
      known: () => ({ servers: [] }),
      memory,
      importing,
    };
    await new TeamServers(parts, dialogue.window, pickIn(dialogue)).offer();
    return dialogue.shown;
  }

  it('is added only after approval of every shown address, and is not modified', async () => {
    const shown = await open({ notes, tickets, local: { command: 'node' } }, 'Review', 'tickets');
    assert.deepEqual(shown, [
      question('notes, tickets'),
      'Add MCP servers of this workspace to your settings, for all windows',
      `notes | ${notes.url} | From .vscode/mcp.json. It is added as “notes 2”, as “notes” is taken. | picked`,
      `tickets | ${tickets.url} | From .vscode/mcp.json. It is added as “tickets 2”, as “tickets” is taken. | picked`,
    ]);
    assert.deepEqual(applied, [['tickets 2', tickets.url, false]]);
    // VS Code still has all of them, so ours need other names.
    assert.deepEqual(inEditor, ['notes', 'tickets', 'local']);
  });

  it('is offered in one line, with any number of servers and any names', async () => {
    const names = ['a\u202eb$(check)', 'c', 'd', 'e', 'f'];
    const shown = await open(
      Object.fromEntries(names.map((name, at) => [name, { url: `${notes.url}/${at}` }])),
    );
    assert.deepEqual(shown, [question('a b$ (check), c, d, 2 more')]);
  });

  it('is offered once, whatever the user decided', async () => {
    await open({ notes }, 'Don’t Add');
    assert.deepEqual(await open({ notes }, 'Review'), []);
    await open({ tickets }, 'Review', '');
    assert.deepEqual(await open({ notes, tickets }, 'Review'), []);
  });

  it('is offered again for its changes only', async () => {
    await open({ notes, tickets }, 'Don’t Add');
    const moved = { url: 'https://elsewhere.example.com/mcp' };
    const shown = await open({ notes, tickets: moved }, 'Review', undefined);
    assert.deepEqual(shown.slice(0, 1), [question('tickets')]);
    assert.ok(!shown.join('\n').includes(notes.url));
    const client = { ...notes, oauth: { clientId: 'theirs' } };
    assert.deepEqual(
      (await open({ notes: client, tickets: moved }, undefined))[0],
      question('notes, tickets'),
    );
  });

  it('is offered again if the question was only closed', async () => {
    await open({ notes }, undefined);
    assert.deepEqual((await open({ notes }, 'Review', undefined))[0], question('notes'));
    assert.equal((await open({ notes }, undefined)).length, 1);
    assert.deepEqual(applied, []);
  });
});

import assert from 'node:assert/strict';
import {
  ConfigurationFault,
  isMembers,
  memberAt,
  parseConfiguration,
} from '../../src/mcpClients/configurationText.js';
import {
  connectableClients,
  connectionEntry,
  entryName,
  freeEntryName,
} from '../../src/mcpClients/connectionEntry.js';
import { entryNames, withEntries, withoutEntries } from '../../src/mcpClients/connectionText.js';
import { mcpClients } from '../../src/mcpClients/mcpClient.js';

const command = {
  command: '/storage of mine/agents/bridge',
  args: ['/storage of mine/agents/a-1.json'],
  env: {},
};
const onWindows = {
  command: 'C:\\Code.exe',
  args: ['C:\\b.js', 'C:\\k.json'],
  env: { ELECTRON_RUN_AS_NODE: '1' },
};

/** What each client has in its file before: its own format, with what its makers' documentation shows. */
const before = {
  claudeCode: '{\n  "numStartups": 1,\n  "projects": { "/a": { "mcpServers": {} } }\n}\n',
  claudeDesktop:
    '{\n  "globalShortcut": "Ctrl+Space",\n  "mcpServers": { "files": { "command": "npx", "args": [] } }\n}',
  codex:
    '# mine\nmodel = "m" # keep\n\n[mcp_servers.files]\ncommand = "npx"\n\n[profiles.fast]\nmodel = "n"\n',
  copilotCli: '{"mcpServers":{"files":{"type":"local","command":"npx","args":[],"tools":["*"]}}}',
  cursor: '{\r\n\t"mcpServers": {\r\n\t\t"files": { "url": "https://example.com/mcp" }\r\n\t}\r\n}\r\n',
  gemini: '{\n  // mine\n  "theme": "Default"\n}\n',
  windsurf: '',
} as const;

describe('the entries of a connected client', () => {
  for (const client of connectableClients) {
    it(`are written into ${mcpClients[client].name}’s file, whose other content stays, and removed again`, () => {
      const { format, collection } = mcpClients[client];
      for (const run of [command, onWindows]) {
        const entries = ['one', 'two'].map((name) => ({ name, value: connectionEntry(client, run) }));
        const text = before[client];
        const after = withEntries(text, client, entries);
        for (const { name, value } of entries)
          assert.deepEqual(plainOf(memberAt(parseConfiguration(after, format), [collection, name])), value);
        for (const [comment] of text.matchAll(/(#|\/\/) \w+/g)) assert.ok(after.includes(comment));
        assert.equal(after.includes('\r\n'), text.includes('\r\n'));
        const without = parseConfiguration(withoutEntries(after, client, entries, text), format);
        assert.deepEqual(
          plainOf(withoutEmpty(without, collection)),
          plainOf(parseConfiguration(text, format)),
        );
      }
    });
  }

  it('that the user has changed since are the user’s', () => {
    const entries = ['one', 'two'].map((name) => ({ name, value: connectionEntry('cursor', command) }));
    const after = withEntries('', 'cursor', entries);
    const changed = withEntries(after, 'cursor', [
      { name: 'one', value: { url: 'https://example.com/mcp' } },
    ]);
    assert.deepEqual(
      [...entryNames(withoutEntries(changed, 'cursor', entries, undefined), 'cursor')],
      ['one'],
    );
    // A client's own switch in an entry does not make it another server.
    const off = { ...connectionEntry('cursor', command), disabled: true };
    const switched = withEntries(after, 'cursor', [{ name: 'one', value: off }]);
    assert.deepEqual([...entryNames(withoutEntries(switched, 'cursor', entries, undefined), 'cursor')], []);
  });

  it('that took the place of others give it back', () => {
    const text = '{ "mcpServers": { "one": { "url": "https://example.com/mcp" } } }';
    const entries = [{ name: 'one', value: connectionEntry('cursor', command) }];
    const after = withEntries(text, 'cursor', entries).replace('{ "mcp', '{ "more": 1, "mcp');
    assert.deepEqual(JSON.parse(withoutEntries(after, 'cursor', entries, text)), {
      more: 1,
      ...(JSON.parse(text) as object),
    });
  });

  it('are written after a byte order mark, which stays', () => {
    const after = withEntries('\uFEFF{}', 'cursor', [
      { name: 'one', value: connectionEntry('cursor', command) },
    ]);
    assert.ok(after.startsWith('\uFEFF{'));
    assert.deepEqual([...entryNames(after, 'cursor')], ['one']);
  });

  it('are not written into a broken file', () => {
    assert.throws(
      () => withEntries('{ "a" 1 }', 'cursor', [{ name: 'one', value: {} }]),
      /^ConfigurationFault: Line 1, column 7/,
    );
    assert.throws(() => entryNames('a = ', 'codex'), ConfigurationFault);
  });

  it('have names that the client takes', () => {
    assert.equal(entryName('codex', 'My notes (team)'), 'My-notes-team');
    assert.equal(entryName('codex', 'my_notes'), 'my_notes');
    assert.equal(entryName('gemini', 'my_notes'), 'my-notes');
    assert.equal(entryName('cursor', '日本'), 'server');
    assert.equal(freeEntryName('a', new Set(['a', 'a-2'])), 'a-3');
  });
});

/** The TOML parser's objects have no prototype, which `deepEqual` would count. */
function plainOf(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** A collection that was added for the entries may stay, with nothing in it. */
function withoutEmpty(members: Readonly<Record<string, unknown>>, collection: string): object {
  const { [collection]: servers, ...others } = members;
  return isMembers(servers) && Object.keys(servers).length > 0 ? members : others;
}

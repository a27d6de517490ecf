import assert from 'node:assert/strict';
import { parse } from '@decimalturn/toml-patch';
import { ConfigurationFault, withConfigurationEntry } from '../../src/mcpClients/configurationText.js';

/** The parser's objects have no prototype, which `deepEqual` would count. */
const parseToml = (text: string): unknown => JSON.parse(JSON.stringify(parse(text)));

const entry = { command: 'node', args: ['bridge.js', 'C:\\keys\\a'], env: { A: '1' } };

describe('an entry of a configuration file', () => {
  it('is added to JSON without touching comments, indentation and line ends', () => {
    const text = '{\r\n\t// mine\r\n\t"mcpServers": {\r\n\t\t"a": {}\r\n\t},\r\n\t"theme": "dark"\r\n}\r\n';
    const added = withConfigurationEntry(text, 'json', ['mcpServers', 'b'], { url: 'x' });
    assert.equal(
      added,
      '{\r\n\t// mine\r\n\t"mcpServers": {\r\n\t\t"a": {},\r\n\t\t"b": {\r\n\t\t\t"url": "x"\r\n\t\t}\r\n\t},\r\n\t"theme": "dark"\r\n}\r\n',
    );
    assert.equal(withConfigurationEntry(added, 'json', ['mcpServers', 'b'], undefined), text);
  });

  it('is added to JSON without a change of any other character', () => {
    const value = { url: 'x' };
    const at = (text: string, ...path: string[]) => withConfigurationEntry(text, 'json', path, value);
    const line = '"a": { "command": "npx", "args": ["a"] }';
    for (const [text, added] of [
      [`{\n  "s": {\n    ${line} // mine\n  }\n}\n`, `{\n  "s": {\n    ${line},\n    "b": {\n      "url": "x"\n    } // mine\n  }\n}\n`], // prettier-ignore
      [`{"s":{${line}}}`, `{"s":{${line}, "b": {"url":"x"}}}`],
      [`{ "s": {\n ${line},\n} }`, `{ "s": {\n ${line},\n "b": {\n  "url": "x"\n },\n} }`],
      ['{ "s": {} }', '{ "s": {\n  "b": {\n    "url": "x"\n  }\n} }'],
      ['{ "s": { /* none */ } }', '{ "s": {\n  "b": {\n    "url": "x"\n  } /* none */ } }'],
      ['{ "t": [1,2] }', '{ "t": [1,2], "s": {"b":{"url":"x"}} }'],
    ] as const) {
      assert.equal(at(text, 's', 'b'), added);
      if (text.includes('"a"'))
        assert.equal(withConfigurationEntry(added, 'json', ['s', 'b'], undefined), text);
    }
    const present = '{\n  "s": {\n    "b": 1, "c": [1,2]\n  }\n}';
    assert.equal(at(present, 's', 'b'), present.replace('1,', '{\n      "url": "x"\n    },'));
  });

  it('is added to an empty file', () => {
    const json = withConfigurationEntry('', 'json', ['mcpServers', 'a'], entry);
    assert.deepEqual(JSON.parse(json), { mcpServers: { a: entry } });
    const toml = withConfigurationEntry('', 'toml', ['mcp_servers', 'a'], entry);
    assert.deepEqual(parseToml(toml), { mcp_servers: { a: entry } });
  });

  const config = `# mine
model = "m" # keep

[mcp_servers.notes] # also mine
url = "https://notes.example.com/mcp"

[mcp_servers.notes.oauth]
client_id = "c"

[profiles.fast]
model = "n"
`;

  for (const [text, format] of [
    ['{"mcpServers": null}', 'json'],
    ['{"mcpServers": []}', 'json'],
    ['{"mcpServers": "x"}', 'json'],
    ['mcpServers = "x"\n', 'toml'],
    ['[[mcpServers]]\na = 1\n', 'toml'],
  ] as const)
    it(`is not added to a file that has something else in its place: ${text.trim()}`, () =>
      assert.throws(
        () => withConfigurationEntry(text, format, ['mcpServers', 'a'], { url: 'https://a.example' }),
        (error) => error instanceof ConfigurationFault && error.message === 'mcpServers must be an object.',
      ));

  it('is added to TOML as a table at the end', () => {
    assert.equal(
      withConfigurationEntry(config, 'toml', ['mcp_servers', 'a b'], entry),
      `${config}
[mcp_servers."a b"]
command = "node"
args = [ "bridge.js", "C:\\\\keys\\\\a" ]
env = { A = "1" }
`,
    );
  });

  it('is added to TOML that has the servers in an inline table', () => {
    const inline = 'mcp_servers = { notes = { url = "u" } }\n';
    const added = withConfigurationEntry(inline, 'toml', ['mcp_servers', 'a'], { url: 'v' });
    assert.deepEqual(parseToml(added), { mcp_servers: { notes: { url: 'u' }, a: { url: 'v' } } });
  });

  it('is replaced in place in TOML', () => {
    const replaced = withConfigurationEntry(config, 'toml', ['mcp_servers', 'notes'], { command: 'x' });
    assert.match(replaced, /# mine\nmodel = "m" # keep/);
    assert.deepEqual(parseToml(replaced), {
      model: 'm',
      mcp_servers: { notes: { command: 'x' } },
      profiles: { fast: { model: 'n' } },
    });
  });

  it('is removed from TOML with the tables below it', () => {
    assert.equal(
      withConfigurationEntry(config, 'toml', ['mcp_servers', 'notes'], undefined),
      '# mine\nmodel = "m" # keep\n\n[profiles.fast]\nmodel = "n"\n',
    );
  });

  it('that is not there is removed by changing nothing', () => {
    assert.equal(withConfigurationEntry(config, 'toml', ['mcp_servers', 'x'], undefined), config);
    assert.equal(withConfigurationEntry('{ }\n', 'json', ['mcpServers', 'x'], undefined), '{ }\n');
  });
});

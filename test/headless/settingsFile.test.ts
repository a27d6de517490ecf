import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defaultAgentSettings } from '../../src/broker/agents/agentSettings.js';
import {
  parseSettings,
  problemTexts,
  readSettings,
  SettingsUnreadable,
} from '../../src/headless/settingsFile.js';

const parse = (value: unknown) => parseSettings(JSON.stringify(value), 'settings.json');
const url = 'https://mcp.example.com/mcp';

describe('settings without an editor', () => {
  it('are the editor’s, with or without their prefix', () => {
    const short = parse({
      servers: { tools: { url, oauth: { scopes: ['a'] } } },
      toolRules: { tools: { drop: 'block' } },
      'agents.port': 4711,
      clientMetadataUrl: 'https://example.com/client.json',
      enterpriseIdentityProvider: { issuer: 'https://idp.example.com', clientId: 'us' },
      'toolCalls.recordArguments': true,
    });
    assert.deepEqual(short.problems, []);
    assert.deepEqual(short.servers, [{ name: 'tools', url, headers: {}, oauth: { scopes: ['a'] } }]);
    assert.deepEqual(
      ['drop', 'list'].map((tool) => short.toolRules.ruleOf({ name: 'tools' }, tool)),
      ['block', 'allow'],
    );
    assert.deepEqual(short.agents, { ...defaultAgentSettings, port: 4711 });
    assert.equal(short.clientMetadataUrl, 'https://example.com/client.json');
    assert.equal(short.identityProvider?.clientId, 'us');
    assert.equal(short.recordsArguments, true);
    const long = parse({ 'mcpOAuthBroker.servers': { tools: { url, oauth: { scopes: ['a'] } } } });
    assert.deepEqual(long.servers, short.servers);
    assert.equal(parse({}).recordsArguments, false);
  });

  const problems: readonly (readonly [what: string, value: object, words: RegExp])[] = [
    ['a server', { servers: { tools: {} } }, /^Settings, “tools” › url: url is required/],
    [
      'a rule',
      { toolRules: { tools: { drop: 'no' } } },
      /^Settings, “tools” › toolRules\.drop: The rule must be/,
    ],
    ['all rules', { toolRules: 1 }, /^mcpOAuthBroker\.toolRules must be an object/],
    [
      'a port',
      { 'agents.port': 80 },
      /^mcpOAuthBroker\.agents\.port must be .* from 1024 to 65535\. Until then, 29417 is used/,
    ],
    ['a port in words', { 'agents.port': '4711' }, /agents\.port must be a whole number/],
    ['a document', { clientMetadataUrl: 'http://example.com/c' }, /clientMetadataUrl: .*https:/],
    ['an identity provider', { enterpriseIdentityProvider: { issuer: 1 } }, /“enterpriseIdentityProvider”/],
    ['a setting there is not', { server: {} }, /^“server” is not a known setting\. Known settings: servers,/],
    ['one thing said twice', { servers: {}, 'mcpOAuthBroker.servers': {} }, /servers appears twice/],
  ];
  for (const [what, value, words] of problems) {
    it(`report ${what}, and the rest applies`, () => {
      const { problems: found, servers } = parse({ ...value, servers: { ok: { url }, ...('servers' in value ? (value.servers as object) : {}) } }); // prettier-ignore
      assert.match(found.map(problemTexts).join('\n'), words);
      assert.ok(servers.some(({ name }) => name === 'ok'));
    });
  }

  it('are refused completely if they are not an object, or contain a key twice', () => {
    for (const text of ['', '[]', '{', '{"servers":{},"servers":{}}'])
      assert.throws(() => parseSettings(text, 'settings.json'), SettingsUnreadable, text);
  });

  it('may be written as the editor’s are, with comments and a comma after the last entry', () => {
    const { servers, problems: found } = parseSettings(
      `\uFEFF// Ours.\n{ "servers": { "tools": { "url": "${url}", /* all of them */ }, }, }\n`,
      'settings.json',
    );
    assert.deepEqual([servers.map(({ name }) => name), found], [['tools'], []]);
  });

  const faults: readonly (readonly [text: string, at: string, words: RegExp])[] = [
    ['', 'line 1, column 1', /a value is missing here/],
    ['{\n  "servers": {}\n  "toolRules": {}\n}', 'line 3, column 3', /a comma is missing before this/],
    ['{\r\n  "servers" {}\r\n}', 'line 2, column 13', /a colon is missing before this/],
    ["{ 'servers': {} }", 'line 1, column 3', /not a string in double quotes/],
    ['{ "servers": {', 'line 1, column 15', /a “}” is missing here/],
    ['{ "servers": tru }', 'line 1, column 14', /not a string .* true, false/],
    ['{ "a": "b\n" }', 'line 1, column 8', /this string is not closed/],
    ['{ "a": "\\q" }', 'line 1, column 8', /this escape does not exist/],
    ['{} /* no end', 'line 1, column 4', /this comment is not closed/],
    ['{}\n{}', 'line 2, column 1', /the value has ended before this/],
    ['{"servers":{},\n"servers":{}}', 'line 2, column 1', /this name appears twice in the same object/],
    ['{"__proto__": {}}', 'line 1, column 2', /this name is not allowed/],
    ['['.repeat(100_000), 'line 1, column 1', /it is nested too deeply/],
  ];
  for (const [text, at, words] of faults) {
    it(`report the place and the fault: ${JSON.stringify(text).slice(0, 40)}`, () => {
      assert.throws(
        () => parseSettings(text, '/srv/settings.json'),
        (error) => {
          assert.ok(error instanceof SettingsUnreadable);
          assert.ok(error.message.startsWith(`/srv/settings.json, ${at}: `), error.message);
          assert.match(error.message, words);
          assert.match(error.message, /\. Settings are JSON; comments .* are allowed\.$/);
          return true;
        },
      );
    });
  }

  it('are refused if the file is missing, or anyone may write it', async function () {
    const directory = await mkdtemp(path.join(tmpdir(), 'settings-'));
    const file = path.join(directory, 'settings.json');
    try {
      assert.throws(() => readSettings(file), /The settings file .* does not exist/);
      await writeFile(file, '{}');
      assert.deepEqual(readSettings(file).servers, []);
      if (process.platform === 'win32') this.skip();
      await chmod(file, 0o666);
      assert.throws(() => readSettings(file), /Any user can write/);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defaultAgentSettings } from '../../src/broker/agents/agentSettings.js';
import {
  parseSettings,
  problemWords,
  readSettings,
  SettingsUnreadable,
} from '../../src/headless/settingsFile.js';

const parse = (value: unknown) => parseSettings(JSON.stringify(value), 'settings.json');
const url = 'https://mcp.example.com/mcp';

describe('settings without an editor', () => {
  it('are the editor’s, with or without their first word', () => {
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
      /^mcpOAuthBroker\.agents\.port must be .* from 1024 to 65535\. Until then it is 29417/,
    ],
    ['a port in words', { 'agents.port': '4711' }, /agents\.port must be a whole number/],
    ['a document', { clientMetadataUrl: 'http://example.com/c' }, /clientMetadataUrl: .*https:/],
    ['an identity provider', { enterpriseIdentityProvider: { issuer: 1 } }, /“enterpriseIdentityProvider”/],
    ['a setting there is not', { server: {} }, /^“server” is not a known setting; known are servers,/],
    ['one thing said twice', { servers: {}, 'mcpOAuthBroker.servers': {} }, /servers is there twice/],
  ];
  for (const [what, value, words] of problems) {
    it(`say what is wrong with ${what}, and the rest counts`, () => {
      const { problems: found, servers } = parse({ ...value, servers: { ok: { url }, ...('servers' in value ? (value.servers as object) : {}) } }); // prettier-ignore
      assert.match(found.map(problemWords).join('\n'), words);
      assert.ok(servers.some(({ name }) => name === 'ok'));
    });
  }

  it('are refused whole where they are no object, or say one thing twice', () => {
    for (const text of ['', '[]', '{', '{"servers":{},"servers":{}}'])
      assert.throws(() => parseSettings(text, 'settings.json'), SettingsUnreadable, text);
  });

  it('are refused where they are not there, or everybody may write them', async function () {
    const directory = await mkdtemp(path.join(tmpdir(), 'settings-'));
    const file = path.join(directory, 'settings.json');
    try {
      assert.throws(() => readSettings(file), /There are no settings at/);
      await writeFile(file, '{}');
      assert.deepEqual(readSettings(file).servers, []);
      if (process.platform === 'win32') this.skip();
      await chmod(file, 0o666);
      assert.throws(() => readSettings(file), /Everybody may write/);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

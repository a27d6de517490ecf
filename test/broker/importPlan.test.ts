import assert from 'node:assert/strict';
import { foundServers, type FoundServer } from '../../src/broker/imports/foundServers.js';
import { freeName, importPlan } from '../../src/broker/imports/importPlan.js';
import { changedFile, restored } from '../../src/broker/imports/importRecord.js';
import type { OtherFile, ReadFile } from '../../src/broker/imports/otherFiles.js';
import type { McpClientId } from '../../src/mcpClients/mcpClient.js';
import { originals } from '../mcpClients/originals.js';

const url = 'https://notes.example.com/mcp';

function fileOf(client: McpClientId, text: string, kind: OtherFile['kind'] = 'program'): ReadFile {
  return { file: { uri: `file:///home/a/${client}`, label: `~/${client}`, client, kind }, text };
}

function cursor(...entries: object[]): ReadFile {
  const named = entries.map((entry, place) => [`server${place}`, entry] as const);
  return fileOf('cursor', JSON.stringify({ mcpServers: Object.fromEntries(named) }));
}

function found(...files: ReadFile[]): readonly FoundServer[] {
  return foundServers(files, { servers: [] }).servers;
}

function only(...files: ReadFile[]): FoundServer {
  const [server, ...others] = found(...files);
  assert.ok(server !== undefined && others.length === 0);
  return server;
}

describe('servers found in the files of other programs', () => {
  it('are listed once for each address, even if several files have it', () => {
    const server = only(
      fileOf('vscode', `{"servers":{"notes":{"url":"${url}"}}}`, 'editor'),
      fileOf('cursor', `{"mcpServers":{"mine":{"url":"HTTPS://Notes.Example.com:443/mcp#x"}}}`),
    );
    assert.deepEqual([server.name, server.url], ['notes', url]);
    assert.deepEqual(
      server.entries.map(({ file, name }) => [file.label, name]),
      [
        ['~/vscode', 'notes'],
        ['~/cursor', 'mine'],
      ],
    );
  });

  it('keep headers without secrets, and list headers that may contain one', () => {
    const server = only(
      cursor({
        url,
        headers: {
          'X-Team': 'blue',
          'X-Tenant': '7b1e9d0c-4d2f-4f83-9f0e-1c2d3e4f5a6b',
          Authorization: 'Bearer abc',
          'X-Api-Key': 'k',
          'X-Auth': 'a',
          'X-From-Input': '${input:token}',
          'X-From-Environment': '$TOKEN',
          'X-Value': 'ghp_0123456789abcdef',
          'X-Random': 'a8f5f167f44f4964e6c998dee827110c',
          Accept: 'text/plain',
        },
      }),
    );
    assert.deepEqual(server.entry.headers, {
      'X-Team': 'blue',
      'X-Tenant': '7b1e9d0c-4d2f-4f83-9f0e-1c2d3e4f5a6b',
    });
    assert.deepEqual(server.leftOut, [
      ...['Authorization', 'X-Api-Key', 'X-Auth', 'X-From-Input', 'X-From-Environment'],
      ...['X-Value', 'X-Random', 'Accept'],
    ]);
  });

  it('keep client ID and scopes, and separate the secret from what is shown', () => {
    const server = only(cursor({ url, auth: { CLIENT_ID: 'c', CLIENT_SECRET: 'shh', scopes: ['a', 'b'] } }));
    assert.deepEqual(server.entry, { type: 'http', url, oauth: { clientId: 'c', scopes: ['a', 'b'] } });
    assert.equal(server.clientSecret?.expose(), 'shh');
    assert.ok(!JSON.stringify(server).includes('shh'));
  });

  it('omit a registration that the other program performs itself', () => {
    const server = only(cursor({ url, auth: { CLIENT_ID: '${env:ID}', CLIENT_SECRET: '${env:SECRET}' } }));
    assert.deepEqual([server.entry, server.clientSecret], [{ type: 'http', url }, undefined]);
    assert.deepEqual(server.leftOut, ['clientId', 'clientSecret']);
  });

  it('list Codex’s variables among the omissions', () => {
    const text = `[mcp_servers.notes]\nurl = "${url}"\nbearer_token_env_var = "T"\nenv_http_headers = { "X-A" = "V" }\n`;
    assert.deepEqual(only(fileOf('codex', text)).leftOut, ['X-A', 'Authorization']);
  });

  it('keep no header whose name or value indicates a key, however short', () => {
    const names = ['X-Access-Code', 'X-Pin', 'Passcode', 'X-Jwt', 'X-Hmac', 'X-Sig', 'X-PAT'];
    const values = [
      ...[
        'AIzaSyD-abc_defGHIjklMNOpqrSTUvwx',
        'npm_abcdefghijklmnop',
        'sk_live_abcdefgh1',
        'hvs.CAESIabcdef',
      ],
      ...['123e4567-e89b-12d3-a456-426614174000', '9f86d081884c7d659a2f'],
    ];
    const headers = Object.fromEntries<string>([
      ...names.map((name) => [name, 'hunter2'] as const),
      ...values.map((value, place) => [`X-Value-${place}`, value] as const),
    ]);
    assert.equal(only(cursor({ url, headers })).entry.headers, undefined);
  });

  it('have a name of visible characters and a readable length', () => {
    const names = ['not\u200bes', '\u202etekcit', '\u2066', 'n'.repeat(5_000)];
    const text = JSON.stringify({
      mcpServers: Object.fromEntries(names.map((name, at) => [name, { url: `${url}/${at}` }])),
    });
    assert.deepEqual(
      found(fileOf('cursor', text)).map(({ name }) => name),
      ['not es', 'tekcit', 'server', `${'n'.repeat(200)}…`],
    );
  });

  it('are found quickly in a repository’s file that is built to take long', () => {
    const started = performance.now();
    const long = 'a'.repeat(200_000);
    found(
      cursor({ url, headers: { 'X-A': `${long}!`, [`X-${'1'.repeat(200_000)}a`]: 'b' } }),
      cursor({ url: `${url}?${'1'.repeat(200_000)}a=b` }),
      cursor(...Array.from({ length: 20_000 }, () => ({ url }))),
      fileOf('codex', `a${'.b'.repeat(100_000)} = 1\n`),
    );
    assert.ok(performance.now() - started < 5_000);
  });

  const bad: readonly [string, object, RegExp][] = [
    ['an http address', { url: 'http://notes.example.com/mcp' }, /^url: http:\/\/ would send/],
    ['an address with a password', { url: 'https://a:b@notes.example.com/' }, /^url: The address contains/],
    ['an address with a variable', { url: 'https://${env:HOST}/mcp' }, /^url: It contains a variable/],
    [
      'an address with a variable in its path',
      { url: `${url}/\${input:team}` },
      /^url: It contains a variable/,
    ],
    ['an address with a key', { url: `${url}?api_key=1` }, /^url: Its parameter “api_key”/],
    ['an address with the value of a key', { url: `${url}?k=sk-0123456789` }, /^url: Its parameter “k”/],
    ['an endless address', { url: `${url}/${'a'.repeat(5_000)}` }, /^url: It is too long/],
    ['no address', { type: 'http' }, /^url is missing/],
    ['an address that is no string', { url: 7 }, /^url must be text/],
    ['malformed scopes', { url, auth: { CLIENT_ID: 'c', scopes: ['ä'] } }, /^oauth\.scopes: /],
  ];
  for (const [title, entry, problem] of bad) {
    it(`cannot be imported with ${title}, and state the reason`, () =>
      assert.match(only(cursor(entry)).problem ?? '', problem));
  }

  it("are recognized if they are already configured, and the broker's own servers are skipped", () => {
    const { servers } = foundServers([cursor({ url }, { url: 'http://127.0.0.1:29417/x' })], {
      servers: [{ name: 'ours', url, headers: {}, oauth: {} }],
      isOwnAddress: (address) => address.startsWith('http://127.0.0.1:29417/'),
    });
    assert.deepEqual(
      servers.map(({ configuredAs }) => configuredAs),
      ['ours'],
    );
  });

  it('report a policy that forbids them', () => {
    const known = { servers: [], refusal: () => 'Not allowed here.' };
    assert.equal(foundServers([cursor({ url })], known).servers[0]?.problem, 'Not allowed here.');
  });

  it('are found next to a file that cannot be read', () => {
    const { servers, faults } = foundServers([fileOf('codex', 'a ='), cursor({ url })], { servers: [] });
    assert.equal(servers.length, 1);
    assert.deepEqual(
      faults.map(({ file }) => file.label),
      ['~/codex'],
    );
  });
});

describe('an import', () => {
  for (const [client, text] of Object.entries(originals) as [McpClientId, string][]) {
    it(`moves all servers out of ${client}’s file, and back byte for byte`, async () => {
      const file = fileOf(client, text);
      const chosen = found(file)
        .filter(({ problem }) => problem === undefined)
        .map((server) => ({ found: server, name: server.name }));
      assert.ok(chosen.length > 0);
      const [edit, ...others] = importPlan(chosen, [file], () => true).edits;
      assert.ok(edit !== undefined && others.length === 0);
      assert.equal(found({ file: file.file, text: edit.after }).length, found(file).length - chosen.length);
      for (const kept of ['local', 'keep me']) assert.ok(edit.after.includes(kept), edit.after);
      const changed = await changedFile(edit, 'file:///backup');
      assert.deepEqual(await restored(changed, edit.after, text), { text, isExact: true });
    });

    it(`puts the entries back into ${client}’s file if the file was changed since`, async () => {
      const file = fileOf(client, text);
      const chosen = found(file)
        .filter(({ problem }) => problem === undefined)
        .map((server) => ({ found: server, name: server.name }));
      const [edit] = importPlan(chosen, [file], () => true).edits;
      assert.ok(edit !== undefined);
      const changed = await changedFile(edit, 'file:///backup');
      const later = edit.after.replace('keep me', 'keep me, too');
      const back = await restored(changed, later, text);
      assert.ok('text' in back && back.text !== undefined && !back.isExact, JSON.stringify(back));
      assert.ok(back.text.includes('keep me, too'));
      assert.deepEqual(
        found({ file: file.file, text: back.text }).map(({ entry, name }) => ({ entry, name })),
        found(file).map(({ entry, name }) => ({ entry, name })),
      );
    });
  }

  it('moves servers out of a file with dates and with numbers that only TOML represents', () => {
    const rest = 'most = 9007199254740993\nsince = 1979-05-27\n';
    const file = fileOf('codex', `${rest}\n[mcp_servers.notes]\nurl = "${url}"\n`);
    const [edit] = importPlan([{ found: only(file), name: 'notes' }], [file], () => true).edits;
    assert.equal(edit?.after.trim(), rest.trim());
  });

  it('copies without changing a file', () => {
    const file = cursor({ url });
    const plan = importPlan([{ found: only(file), name: 'notes' }], [file], () => false);
    assert.deepEqual(plan, { entries: { notes: { type: 'http', url } }, secrets: [], edits: [] });
  });

  it('is not undone over an entry that was added again, or without its backup', async () => {
    const file = cursor({ url });
    const [edit] = importPlan([{ found: only(file), name: 'notes' }], [file], () => true).edits;
    assert.ok(edit !== undefined);
    const changed = await changedFile(edit, 'file:///backup');
    const again = '{"mcpServers":{"server0":{"url":"https://other.example.com/"}}}';
    assert.deepEqual(await restored(changed, again, file.text), {
      fault: 'It now has another “server0”.',
    });
    const gone = { fault: 'The backup is missing or has changed.' };
    assert.deepEqual(await restored(changed, edit.after, undefined), gone);
    assert.deepEqual(await restored(changed, edit.after, `${file.text} `), gone);
  });

  it('proposes a free name, compared as VS Code compares names', () => {
    assert.equal(freeName('notes', []), 'notes');
    assert.equal(freeName('notes', ['Notes', 'notes 2']), 'notes 3');
    assert.equal(freeName(' ', []), 'server');
  });
});

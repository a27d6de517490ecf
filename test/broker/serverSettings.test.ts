import assert from 'node:assert/strict';
import { parseServers, parseServerUrl } from '../../src/broker/settings/serverSettings.js';

const url = 'https://mcp.example/mcp';

describe('server settings', () => {
  it('use the field names of mcp.json', () => {
    const parsed = parseServers({
      repositories: {
        type: 'http',
        url,
        headers: { 'X-Team': 'blue' },
        oauth: { clientId: ' abc ', scopes: ['repo:read', 'repo:write'] },
      },
      local: { url: 'http://127.0.0.1:8080/mcp#top' },
    });
    assert.deepEqual(parsed, {
      disabled: [],
      problems: [],
      servers: [
        {
          name: 'repositories',
          url,
          headers: { 'X-Team': 'blue' },
          oauth: { clientId: 'abc', scopes: ['repo:read', 'repo:write'] },
        },
        { name: 'local', url: 'http://127.0.0.1:8080/mcp', headers: {}, oauth: {} },
      ],
    });
  });

  it('contain every option of a sign-in', () => {
    const oauth = {
      clientId: 'abc',
      scopes: ['read'],
      authorizationServer: 'https://login.example/',
      audience: 'api://mcp',
      omitResource: true,
      extraParameters: { access_type: 'offline' },
      redirect: 'loopback',
      loopbackPort: 3118,
      loopbackPath: '/oauth/callback',
      exceptions: ['issuerMismatch'],
      profile: 'none',
      grant: 'clientCredentials',
    };
    const { servers, problems } = parseServers({ whole: { url, oauth } });
    assert.deepEqual(problems, []);
    assert.deepEqual(servers[0]?.oauth, oauth);
  });

  it('may be absent', () => {
    assert.deepEqual(parseServers(undefined), { servers: [], disabled: [], problems: [] });
    assert.deepEqual(parseServers(null), { servers: [], disabled: [], problems: [] });
  });

  it('separate a disabled server from active ones', () => {
    const { servers, disabled, problems } = parseServers({
      off: { url, disabled: true },
      on: { url, disabled: false },
      broken: { url, disabled: 'yes' },
    });
    assert.deepEqual([servers.map(({ name }) => name), disabled.map(({ name }) => name)], [['on'], ['off']]);
    assert.deepEqual(problems, [
      { server: 'broken', field: 'disabled', message: 'disabled must be true or false.' },
    ]);
  });

  const bad: { entry: unknown; field: string; says: RegExp }[] = [
    { entry: 'https://mcp.example', field: '', says: /must be an object such as/ },
    { entry: [], field: '', says: /must be an object such as/ },
    { entry: null, field: '', says: /must be an object such as/ },
    { entry: {}, field: 'url', says: /url is required.*such as https:/ },
    { entry: { url: 7 }, field: 'url', says: /url is required/ },
    {
      entry: { url: 'mcp.example/mcp' },
      field: 'url',
      says: /not a URL\. Enter the whole address, such as https:/,
    },
    { entry: { url: 'ftp://mcp.example' }, field: 'url', says: /ftp: addresses.*must start with https:/ },
    { entry: { url: 'http://mcp.example' }, field: 'url', says: /to mcp\.example unencrypted\. Use https/ },
    { entry: { url: 'https://a:b@mcp.example' }, field: 'url', says: /user name or password\. Remove it/ },
    { entry: { url, type: 'stdio' }, field: 'type', says: /type must be "http"/ },
    {
      entry: { url, command: 'npx' },
      field: 'command',
      says: /“command” is not a known field\. Known fields:/,
    },
    { entry: { url, headers: 'a: b' }, field: 'headers', says: /header name → value/ },
    { entry: { url, headers: { 'a b': 'c' } }, field: 'headers.a b', says: /not a header name/ },
    { entry: { url, headers: { a: 1 } }, field: 'headers.a', says: /must be text on one line/ },
    { entry: { url, headers: { a: 'b\r\nc: d' } }, field: 'headers.a', says: /must be text on one line/ },
    {
      entry: { url, headers: { AUTHORIZATION: 'x' } },
      field: 'headers.AUTHORIZATION',
      says: /set by the broker; remove it and sign in/,
    },
    {
      entry: { url, headers: { 'Mcp-Session-Id': 'x' } },
      field: 'headers.Mcp-Session-Id',
      says: /set by the broker/,
    },
    {
      entry: { url, headers: { a: 'für ✓' } },
      field: 'headers.a',
      says: /with Latin-1 characters only/,
    },
    { entry: { url, headers: { a: 'b\x7f' } }, field: 'headers.a', says: /must be text on one line/ },
    { entry: { url, headers: { Cookie: 'x' } }, field: 'headers.Cookie', says: /remove it and sign in/ },
    { entry: { url, headers: { DPoP: 'x' } }, field: 'headers.DPoP', says: /remove it and sign in/ },
    ...[
      'Content-Type',
      'accept',
      'MCP-Protocol-Version',
      'Last-Event-ID',
      'Transfer-Encoding',
      'Mcp-Name',
    ].map((header) => ({
      entry: { url, headers: { [header]: 'x' } },
      field: `headers.${header}`,
      says: /is set by the broker; remove it\.$/,
    })),
    { entry: { url, oauth: 'abc' }, field: 'oauth', says: /oauth must be an object such as/ },
    {
      entry: { url, oauth: { clientId: ' ' } },
      field: 'oauth.clientId',
      says: /the client ID that the authorization/,
    },
    { entry: { url, oauth: { clientId: 7 } }, field: 'oauth.clientId', says: /as text/ },
    { entry: { url, oauth: { scopes: 'a b' } }, field: 'oauth.scopes', says: /list of scope names/ },
    { entry: { url, oauth: { scopes: ['a b'] } }, field: 'oauth.scopes', says: /each without spaces/ },
    {
      entry: { url, oauth: { clientSecret: 'x' } },
      field: 'oauth.clientSecret',
      says: /Secrets do not belong in settings\. Remove “clientSecret”/,
    },
    {
      entry: { url, oauth: { privateKey: 'x' } },
      field: 'oauth.privateKey',
      says: /Secrets do not belong in settings.*Set Client Key…/,
    },
    {
      entry: { url, oauth: { tokenEndpoint: 'x' } },
      field: 'oauth.tokenEndpoint',
      says: /not a known field/,
    },
    {
      entry: { url, oauth: { extraParameters: { api_key: 'x' } } },
      field: 'oauth.extraParameters',
      says: /Secrets do not belong in settings\. Remove “api_key”/,
    },
    {
      entry: { url, oauth: { extraParameters: { appsecret: 'x' } } },
      field: 'oauth.extraParameters',
      says: /Secrets do not belong in settings\. Remove “appsecret”/,
    },
    { entry: { url, oauth: { issuer: 'x' } }, field: 'oauth.issuer', says: /not a known field/ },
    { entry: { url, oauth: { toString: 'x' } }, field: 'oauth.toString', says: /not a known field/ },
    ...[7, 'not a url', 'http://login.example', 'javascript:alert(1)'].map((authorizationServer) => ({
      entry: { url, oauth: { authorizationServer } },
      field: 'oauth.authorizationServer',
      says: /starts with https/,
    })),
    {
      entry: { url, oauth: { audience: '' } },
      field: 'oauth.audience',
      says: /audience that the provider expects/,
    },
    { entry: { url, oauth: { omitResource: 'yes' } }, field: 'oauth.omitResource', says: /true or false/ },
    ...['state', 'Redirect_URI', 'code_challenge', 'request_uri', 'resource'].map((name) => ({
      entry: { url, oauth: { extraParameters: { [name]: 'x' } } },
      field: 'oauth.extraParameters',
      says: /the broker sets it/,
    })),
    {
      entry: { url, oauth: { extraParameters: { client_secret: 'x' } } },
      field: 'oauth.extraParameters',
      says: /Secrets do not belong in settings\. Remove “client_secret” and run “MCP OAuth: Set Client Secret…”/,
    },
    {
      entry: { url, oauth: { extraParameters: { a: 1 } } },
      field: 'oauth.extraParameters',
      says: /must be text/,
    },
    { entry: { url, oauth: { redirect: 'here' } }, field: 'oauth.redirect', says: /one of "auto", "uri/ },
    ...[0, 80, 65_536, 3.5, '8080'].map((loopbackPort) => ({
      entry: { url, oauth: { loopbackPort } },
      field: 'oauth.loopbackPort',
      says: /from 1024 to 65535/,
    })),
    ...['callback', '/a/../b', '/a?b', '/a b'].map((loopbackPath) => ({
      entry: { url, oauth: { loopbackPath } },
      field: 'oauth.loopbackPath',
      says: /a path such as/,
    })),
    {
      entry: { url, oauth: { exceptions: ['everything'] } },
      field: 'oauth.exceptions',
      says: /can contain "pkceNotAdvertised".*not “everything”/,
    },
    {
      entry: { url, oauth: { grant: 'password' } },
      field: 'oauth.grant',
      says: /one of "authorizationCode"/,
    },
    ...['token', './token', '~/token', 'env:A', '', 1].map((assertionFile) => ({
      entry: { url, oauth: { assertionFile } },
      field: 'oauth.assertionFile',
      says: /absolute path of a file/,
    })),
    ...[{}, { clientId: 'workload' }].map((more) => ({
      entry: { url, oauth: { grant: 'jwtBearer', ...more } },
      field: 'oauth.assertionFile',
      says: /"jwtBearer" needs assertionFile/,
    })),
    {
      entry: { url, oauth: { grant: 'jwtBearer', assertionFile: 'token' } },
      field: 'oauth.assertionFile',
      says: /absolute path of a file, or start with/,
    },
    {
      entry: { url, oauth: { profile: 'gitlab' } },
      field: 'oauth.profile',
      says: /profile must be one of "auto", "none", "entraId"/,
    },
    {
      entry: { url, oauth: { authenticationProvider: 'gitlab' } },
      field: 'oauth.authenticationProvider',
      says: /one of "github", "microsoft"/,
    },
    {
      entry: { url, oauth: { authenticationProvider: 'github', grant: 'clientCredentials' } },
      field: 'oauth.authenticationProvider',
      says: /Remove one of them/,
    },
  ];
  it('accept an account of the editor, and the path of an assertion file', () => {
    for (const assertionFile of [
      '/var/run/token',
      'C:\\token',
      '\\\\host\\token',
      '${env:RUNNER_TEMP}/token',
    ]) {
      const { servers } = parseServers({ a: { url, oauth: { grant: 'jwtBearer', assertionFile } } });
      assert.equal(servers[0]?.oauth.assertionFile, assertionFile);
    }
    const { servers } = parseServers({ a: { url, oauth: { authenticationProvider: 'github' } } });
    assert.deepEqual(servers[0]?.oauth, { authenticationProvider: 'github' });
  });

  for (const { entry, field, says } of bad) {
    it(`report field and fix, and keep the other entries: ${JSON.stringify(entry)}`, () => {
      const { servers, problems } = parseServers({ before: { url }, bad: entry, after: { url } });
      assert.deepEqual(
        servers.map(({ name }) => name),
        ['before', 'after'],
      );
      assert.equal(problems.length, 1);
      assert.deepEqual([problems[0]?.server, problems[0]?.field], ['bad', field]);
      assert.match(problems[0]?.message ?? '', says);
    });
  }

  it('report every problem of an entry', () => {
    const { problems } = parseServers({ bad: { type: 'stdio', oauth: { scopes: 1 } } });
    assert.deepEqual(
      problems.map(({ field }) => field),
      ['type', 'url', 'oauth.scopes'],
    );
  });

  it('report a value that is no map, and a server without a name', () => {
    assert.match(parseServers([]).problems[0]?.message ?? '', /must be an object: server name → entry/);
    assert.match(parseServers({ ' ': { url } }).problems[0]?.message ?? '', /needs a name/);
  });

  for (const name of ['half \ud83d of a smile', '.', '..', 'a\nb', 'a\u0000', 'a\u2028b', '__proto__']) {
    it(`reject the name ${JSON.stringify(name)}, and keep the other servers`, () => {
      const entry = JSON.stringify({ url });
      const settings: unknown = JSON.parse(`{${JSON.stringify(name)}: ${entry}, "b": ${entry}}`);
      const { servers, problems } = parseServers(settings);
      assert.deepEqual(
        servers.map((server) => server.name),
        ['b'],
      );
      assert.deepEqual([problems[0]?.server, problems.length], [name, 1]);
    });
  }

  it('accept names in any script', () => {
    const names = ['größe 2', '日本', '👩‍💻', 'a/b?c', 'constructor', '...'];
    const { servers, problems } = parseServers(Object.fromEntries(names.map((name) => [name, { url }])));
    assert.deepEqual(problems, []);
    assert.deepEqual(
      servers.map(({ name }) => name),
      names,
    );
  });

  it('accept header values that HTTP can carry, and headers with any name', () => {
    const headers = JSON.parse('{"a": "für\\t1", "__proto__": "x"}') as object;
    const { servers, problems } = parseServers({ a: { url, headers } });
    assert.deepEqual(problems, []);
    assert.deepEqual(Object.entries(servers[0]?.headers ?? {}), [
      ['a', 'für\t1'],
      ['__proto__', 'x'],
    ]);
    assert.equal(new Headers(servers[0]?.headers).get('a'), 'für\t1');
  });

  it('repeat at most one line of a malformed address', () => {
    const outcome = parseServerUrl('x'.repeat(5000));
    assert.ok('problem' in outcome && outcome.problem.length < 150);
  });
});

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CredentialStore } from '../../src/broker/accounts/credentialStore.js';
import { FileLock } from '../../src/node/files/fileLock.js';
import { SealedStore } from '../../src/node/store/sealedStore.js';
import { newStoreKey } from '../../src/node/store/storeKey.js';
import { generateClientKey } from '../../src/oauth/clientKey.js';
import { clients, startGrantsProvider, startProtectedServer } from '../broker/grantsWorld.js';
import { MemoryLog } from '../broker/memoryStores.js';
import { alice, bob } from '../demo/people.js';
import { signInAsUser } from '../demo/user.js';
import { startWorld, type World } from '../demo/world.js';
import { freePort } from '../relay/agentScene.js';
import { callTool } from '../relay/relayWorld.js';
import { fakeSecretTool, fakeTool, toolCalls } from './fakeTool.js';
import { HeadlessMachine } from './headlessProcess.js';

/** What a pasted callback shows nobody, and files hold in no way. */
const addressPattern = /open this address in a browser:\n {2}(\S+)/;

describe('the command for machines without an editor', function () {
  this.timeout(60_000);
  let world: World;
  let machine: HeadlessMachine;
  let port: number;
  beforeEach(async () => {
    world = await startWorld();
    port = await freePort();
    const { repositories } = world.serverSettings();
    machine = await HeadlessMachine.set({ servers: { repositories }, 'agents.port': port });
  });
  afterEach(async () => {
    await machine.close();
    await world.close();
  });

  /** The user copies the address out of a browser elsewhere. */
  const callbackFor = async (address: string) =>
    (await signInAsUser(address, { ...alice, consent: 'allow' })).href;

  const signIn = async (...options: readonly string[]) => {
    const running = machine.start('sign-in', 'repositories', ...options);
    const [, address = ''] = await running.saying(addressPattern);
    const callback = await callbackFor(address);
    running.type(callback);
    assert.equal((await running.ended).code, 0, running.said);
    return { running, callback };
  };

  const connect = async (key: string) => {
    const client = new Client({ name: 'agent', version: '1' });
    const url = new URL(`http://127.0.0.1:${port}/agents/repositories/mcp`);
    const requestInit = { headers: { Authorization: `Bearer ${key}` } };
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit }));
    return client;
  };

  it('signs in with a pasted callback, and the next process uses the sign-in', async () => {
    const { running } = await signIn();
    assert.match(running.said, /Signed in to repositories as alice@example\.org\./);
    const { output } = await machine.run('status');
    assert.match(output, /^repositories: Ready; alice@example\.org; holds .*repo:read/);
  });

  it('refuses the callback of another sign-in without repeating it', async () => {
    const running = machine.start('sign-in', 'repositories');
    const [, address = ''] = await running.saying(addressPattern);
    const callback = await callbackFor(address);
    const stranger = new URL(callback);
    stranger.searchParams.set('state', 'of-another-sign-in');
    running.type(stranger.href);
    await running.saying(/not the address that this sign-in returns to/);
    running.type('https://elsewhere.example/?code=stolen-code&state=s');
    running.type(callback);
    assert.equal((await running.ended).code, 0);
    for (const hidden of [
      'of-another-sign-in',
      'stolen-code',
      new URL(callback).searchParams.get('code') ?? '',
    ])
      assert.ok(!machine.heard.includes(hidden), hidden);
  });

  it('signs in if the browser runs on this machine', async () => {
    const running = machine.start('sign-in', 'repositories');
    const [, address = ''] = await running.saying(addressPattern);
    await (await fetch(await callbackFor(address))).text();
    assert.equal((await running.ended).code, 0);
  });

  it('ends a sign-in at a signal, and leaves no process, port or file behind', async () => {
    const running = machine.start('sign-in', 'repositories');
    const [, address = ''] = await running.saying(addressPattern);
    const redirect = new URL(new URL(address).searchParams.get('redirect_uri') ?? '');
    const before = [...(await machine.files()).keys()].filter((file) => !file.startsWith('windows'));
    const { code, said } = await running.end('SIGINT');
    assert.equal(code, 130);
    assert.match(said, /Not signed in to repositories: cancelled\./);
    const again = createServer().listen(Number(redirect.port), '127.0.0.1');
    await once(again, 'listening');
    again.close();
    assert.deepEqual([...(await machine.files()).keys()], before);
  });

  it('serves an admitted agent with the sign-in, across a restart, until it is withdrawn', async () => {
    await signIn();
    const admitted = await machine.run(
      'admit',
      'worker',
      '--server',
      'repositories',
      '--tool',
      'list_branches',
    );
    const key = admitted.output.trim();
    assert.match(key, /^mcpob_/);
    let serving = machine.start('serve');
    await serving.saying(/Serving agents at/);
    const first = await connect(key);
    assert.equal((await callTool(first, 'list_branches')).isError, false);
    assert.equal((await callTool(first, 'create_branch', { name: 'x' })).isError, true);
    await first.close();
    assert.equal((await serving.end()).code, 0);
    serving = machine.start('serve');
    await serving.saying(/Serving agents at/);
    const second = await connect(key);
    assert.equal((await callTool(second, 'list_branches')).isError, false);
    assert.equal((await machine.run('withdraw', 'worker')).code, 0);
    await serving.saying(/No agent is admitted/);
    await assert.rejects(connect(key));
    await second.close().catch(() => undefined);
    const calls = [...(await machine.files())].filter(([file]) => file.startsWith('calls'));
    assert.equal(
      calls
        .map(([, bytes]) => bytes.toString())
        .join('')
        .match(/"list_branches"/g)?.length,
      2,
    );
  });

  it('reports what an agent lacks, which a sign-in in another process provides', async () => {
    const { output } = await machine.run('admit', 'worker', '--server', 'repositories');
    const serving = machine.start('serve');
    await serving.saying(/Serving agents at/);
    const agent = await connect(output.trim());
    const refused = await agent
      .callTool({ name: 'list_branches', arguments: {} })
      .catch((error: unknown) => error);
    await serving.saying(/The agent worker needs a sign-in to repositories.*sign-in repositories/);
    assert.ok(!JSON.stringify(refused).includes('://'));
    await signIn();
    await agent.close();
    const next = await connect(output.trim());
    assert.equal((await callTool(next, 'list_branches')).isError, false);
    await next.close();
  });

  it('lets one process take over from another that serves', async () => {
    const { output } = await machine.run('admit', 'worker', '--server', 'repositories');
    await signIn();
    const serving = machine.start('serve');
    await serving.saying(/Serving agents at/);
    const standby = machine.start('serve');
    await standby.saying(/this one takes over/);
    await serving.end('SIGKILL');
    await standby.saying(/Serving agents at/);
    const agent = await connect(output.trim());
    assert.equal((await callTool(agent, 'list_branches')).isError, false);
    await agent.close();
  });

  it('asks which account calls use if the browser signed in as another one', async () => {
    await signIn();
    const running = machine.start('sign-in', 'repositories', '--paste');
    const [, address = ''] = await running.saying(addressPattern);
    running.type((await signInAsUser(address, { ...bob, consent: 'allow' })).href);
    await running.saying(
      /signed in to repositories as bob@example\.org\. The previous account was alice@example\.org/,
    );
    running.type('keep');
    assert.equal((await running.ended).code, 0);
    assert.match(running.said, /Signed in .* as bob@example\.org\. Calls still act as alice@example\.org\./);
    assert.match((await machine.run('status')).output, /^repositories: Ready; alice@example\.org/);
  });

  it('signs out, with the tokens revoked', async () => {
    await signIn();
    const { code, said } = await machine.run('sign-out', 'repositories');
    assert.equal(code, 0);
    assert.match(
      said,
      /Signed out of repositories \(alice@example\.org\)\. The refresh token is revoked at 127\.0\.0\.1/,
    );
    assert.doesNotMatch((await machine.run('status')).output, /alice/);
  });

  it('shows no token, code or key, and keeps none in clear', async () => {
    const { callback } = await signIn('--verbose');
    const admitted = await machine.run('admit', 'worker', '--server', 'repositories');
    const serving = machine.start('serve', '--verbose');
    await serving.saying(/Serving agents at/);
    const agent = await connect(admitted.output.trim());
    await callTool(agent, 'list_branches');
    await agent.close();
    await serving.end();
    await machine.run('status', '--check', '--json');
    const storeKey = machine.environment['MCP_OAUTH_BROKER_STORE_KEY'] ?? '';
    const log = new MemoryLog();
    const lock = new FileLock(path.join(machine.home, 'locks'), log);
    const key = new Uint8Array(Buffer.from(storeKey, 'base64'));
    const store = new SealedStore(path.join(machine.home, 'secrets.json'), key, lock);
    const { tokens } = (await new CredentialStore(store, log).get(world.repositories.url)) ?? assert.fail();
    const issued = [tokens.accessToken, tokens.refreshToken].map((token) => token?.expose() ?? assert.fail());
    const code = new URL(callback).searchParams.get('code') ?? assert.fail();
    const kept = [...(await machine.files()).values()].map((bytes) => bytes.toString('latin1')).join('\n');
    for (const secret of [...issued, code, storeKey]) {
      assert.ok(!machine.heard.includes(secret), 'told');
      assert.ok(!kept.includes(secret) && !kept.includes(btoa(secret)), 'kept');
    }
    assert.ok(!kept.includes(admitted.output.trim()));
    if (process.platform === 'win32') return;
    for (const file of (await machine.files()).keys())
      assert.equal((await stat(path.join(machine.home, file))).mode & 0o077, 0, file);
  });

  it('opens nothing with another key, and loses nothing by it', async () => {
    await signIn();
    const file = path.join(machine.home, 'secrets.json');
    const before = await readFile(file);
    const right = machine.environment;
    machine.environment = { ...right, MCP_OAUTH_BROKER_STORE_KEY: newStoreKey() };
    const { code, said } = await machine.run('sign-out', 'repositories');
    assert.equal(code, 1);
    assert.match(
      said,
      /was encrypted with another key\. It was not changed\. Set MCP_OAUTH_BROKER_STORE_KEY/,
    );
    assert.deepEqual(await readFile(file), before);
    machine.environment = right;
    assert.match((await machine.run('status')).output, /alice/);
  });

  it('reports that its file is damaged, and leaves it unchanged', async () => {
    await signIn();
    const file = path.join(machine.home, 'secrets.json');
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, 100));
    const before = await readFile(file);
    const { code, said } = await machine.run('status');
    assert.equal(code, 1);
    assert.match(said, /secrets\.json is damaged or was modified/);
    assert.deepEqual(await readFile(file), before);
  });

  it('explains how to create a key if there is neither a key nor a keychain', async function () {
    if (process.platform !== 'linux') this.skip();
    machine.environment = { PATH: '/nowhere' };
    const { code, said } = await machine.run('status');
    assert.equal(code, 1);
    assert.match(
      said,
      /no keychain, and MCP_OAUTH_BROKER_STORE_KEY is not set\. “mcp-oauth-broker-headless make-key”/,
    );
    const made = await machine.run('make-key');
    machine.environment = { PATH: '/nowhere', MCP_OAUTH_BROKER_STORE_KEY: made.output.trim() };
    assert.equal((await machine.run('status')).code, 0);
  });

  it('stores the key in the keychain if there is one, and passes its command no secret in arguments', async function () {
    if (process.platform !== 'linux') this.skip();
    const tools = await fakeTool(path.join(machine.home, 'tools'), 'secret-tool', fakeSecretTool);
    machine.environment = { PATH: tools };
    await signIn();
    assert.match((await machine.run('status')).output, /alice/);
    const calls = await toolCalls(tools);
    const stores = calls.filter(({ args }) => args[0] === 'store');
    assert.equal(stores.length, 1);
    const kept = await readFile(path.join(tools, stores[0]?.args.at(-1) ?? ''), 'utf8');
    assert.equal(Buffer.from(kept, 'base64').length, 32);
    assert.ok(!JSON.stringify(calls).includes(kept));
  });

  it('keeps what two processes write at the same moment', async () => {
    const names = ['one', 'two', 'three', 'four'];
    const ended = await Promise.all(
      names.map((name) => machine.run('admit', name, '--server', 'repositories')),
    );
    assert.deepEqual(
      ended.map(({ code }) => code),
      [0, 0, 0, 0],
    );
    const { agents } = JSON.parse((await machine.run('status', '--json')).output) as {
      agents: readonly { readonly name: string }[];
    };
    assert.deepEqual(new Set(agents.map(({ name }) => name)), new Set(names));
    const serving = machine.start('serve');
    await serving.saying(/Serving agents at/);
    for (const { output } of ended) await (await connect(output.trim())).close();
  });

  it('reports faults of its settings with the editor’s texts, and uses the rest', async () => {
    const settings = { servers: { ...world.serverSettings(), bad: { url: 'http://mcp.example.com/mcp' } } };
    await writeFile(path.join(machine.home, 'settings.json'), JSON.stringify(settings));
    const { code, said, output } = await machine.run('status');
    assert.equal(code, 0);
    assert.match(said, /“bad” › url: http:\/\/ would send your token to mcp\.example\.com unencrypted/);
    assert.match(output, /^repositories: Not checked yet$/m);
  });

  it('exits with 3 if a checked server is not ready, with the reason in the editor’s texts', async () => {
    assert.equal((await machine.run('status')).code, 0);
    const signedOut = await machine.run('status', '--check');
    assert.equal(signedOut.code, 3);
    assert.match(signedOut.output, /^repositories: Signed out/);
    await signIn();
    assert.equal((await machine.run('status', '--check')).code, 0);
    await world.repositories.close();
    const { code, output, said } = await machine.run('status', '--check');
    assert.equal(code, 3, said);
    assert.match(output, /^repositories: Unreachable; alice@example\.org; .*the connection was refused/);
    assert.match(
      (await machine.run('status', '--check', '--json')).output,
      /"status":"unreachable"/,
      'what programs read has the names',
    );
  });

  it('explains why no user signs in to a server, and names its own command for that', async () => {
    const issuer = 'https://idp.example.com';
    const oauth = (grant: string) => ({
      url: 'https://mcp.example.com/mcp',
      oauth: { grant, clientId: 'us' },
    });
    const settings = {
      servers: { batch: oauth('clientCredentials'), wiki: oauth('enterpriseManaged') },
      enterpriseIdentityProvider: { issuer, clientId: 'us' },
    };
    await writeFile(path.join(machine.home, 'settings.json'), JSON.stringify(settings));
    const batch = await machine.run('sign-in', 'batch');
    assert.equal(batch.code, 1);
    assert.equal(
      batch.said,
      'batch does not need a sign-in: the client calls with its own identity. “mcp-oauth-broker-headless status --check” checks it.\n',
    );
    const wiki = await machine.run('sign-in', 'wiki');
    assert.equal(wiki.code, 1);
    assert.equal(
      wiki.said,
      "wiki does not need a sign-in: it relies on your organization's identity provider. Sign in there: “mcp-oauth-broker-headless sign-in idp.example.com”.\n",
    );
  });

  it('exits with 2 for a command line that it cannot execute', async () => {
    const { code, said } = await machine.run('sign-in', 'nobody');
    assert.equal(code, 2);
    assert.match(said, /no usable server named “nobody”\. Servers: repositories\./);
    const typo = await machine.run('status', '--chek');
    assert.deepEqual(
      [typo.code, typo.said],
      [
        2,
        'error: There is no option --chek of status. Did you mean --check?\nUsage: mcp-oauth-broker-headless status [--check] [--json]\n',
      ],
    );
  });
});

describe('a sign-in with a code, without an editor', function () {
  this.timeout(60_000);

  it('shows the page and the code, and ends signed in', async () => {
    const provider = await startGrantsProvider(await generateClientKey('ES256'));
    const upstream = await startProtectedServer([provider.issuer], (token, resource) =>
      provider.scopesOf(token, resource),
    );
    const machine = await HeadlessMachine.set({
      'mcpOAuthBroker.servers': { tools: { url: upstream.url, oauth: { clientId: clients.device } } },
    });
    try {
      const running = machine.start('sign-in', 'tools');
      const [, page, code = ''] = await running.saying(
        /on any device:\n {2}(\S+)\nand enter the code ([A-Z-]+)\./,
      );
      assert.equal(page, `${provider.issuer}/device`);
      await provider.approve(code, upstream.url);
      assert.equal((await running.ended).code, 0, running.said);
      assert.match(running.said, /Signed in to tools as alice@example\.org\./);
      assert.match((await machine.run('status', '--check')).output, /^tools: Ready; alice@example\.org/);
    } finally {
      await machine.close();
      await upstream.close();
      await provider.close();
    }
  });

  it('stops asking at a signal', async () => {
    const provider = await startGrantsProvider(await generateClientKey('ES256'));
    const upstream = await startProtectedServer([provider.issuer], () => Promise.resolve(undefined));
    const machine = await HeadlessMachine.set({
      servers: { tools: { url: upstream.url, oauth: { clientId: clients.device } } },
    });
    try {
      const running = machine.start('sign-in', 'tools', '--code');
      await running.saying(/enter the code/);
      assert.equal((await running.end('SIGTERM')).code, 143);
    } finally {
      await machine.close();
      await upstream.close();
      await provider.close();
    }
  });
});

import assert from 'node:assert/strict';
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import { importClientKey } from '../../src/oauth/clientKey.js';
import { clients, startGrantsProvider, startProtectedServer } from '../broker/grantsWorld.js';
import { HeadlessMachine } from './headlessProcess.js';

describe('the key of a client, without an editor', function () {
  this.timeout(60_000);
  let machine: HeadlessMachine;
  afterEach(() => machine.close());

  it('comes from standard input as a file has it, its public half goes out, and tokens are had with it', async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    const pem = await exportPKCS8(pair.privateKey);
    const provider = await startGrantsProvider(await importClientKey(pem));
    const upstream = await startProtectedServer([provider.issuer], (token, resource) =>
      provider.scopesOf(token, resource),
    );
    try {
      const oauth = { grant: 'clientCredentials', clientId: clients.key };
      machine = await HeadlessMachine.set({ servers: { tools: { url: upstream.url, oauth } } });
      const running = machine.start('client-key', 'tools');
      for (const line of pem.split('\n')) running.type(line);
      const { code, output, said } = await running.ended;
      assert.equal(code, 0, said);
      const { kty, crv, x, y, ...more } = JSON.parse(output) as Record<string, unknown>;
      assert.deepEqual({ kty, crv, x, y }, await exportJWK(pair.publicKey));
      assert.ok(!('d' in more));
      assert.match((await machine.run('status', '--check')).output, /^tools: Ready/);
      const [, secret = ''] = pem.split('\n');
      assert.ok(!machine.heard.includes(secret));
      for (const [file, bytes] of await machine.files()) assert.ok(!bytes.includes(secret), file);
    } finally {
      await upstream.close();
      await provider.close();
    }
  });

  it('is generated on request, and an invalid one is refused without being repeated', async () => {
    machine = await HeadlessMachine.set({
      servers: { tools: { url: 'http://127.0.0.1:1/mcp', oauth: { clientId: 'one' } } },
    });
    const made = await machine.run('client-key', 'tools', '--make');
    assert.deepEqual((JSON.parse(made.output) as { kty: string }).kty, 'EC');
    const running = machine.start('client-key', 'tools');
    running.type('{"hunter2": "no key"}');
    const { code, output, said } = await running.ended;
    assert.deepEqual([code, output], [1, '']);
    assert.match(said, /error: .*key/);
    assert.doesNotMatch(said, /hunter2/);
  });
});

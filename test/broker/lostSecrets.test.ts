import assert from 'node:assert/strict';
import { haveSecretsBeenLost } from '../../src/broker/status/lostSecrets.js';
import { ClientSealingKey } from '../../src/node/store/sealingKey.js';
import { BrokerWindow, credentialFor, SharedStorage } from './brokerWindow.js';
import { MemoryLock, MemoryMemory, MemorySecrets } from './memoryStores.js';

const url = 'https://mcp.example/mcp';

describe('secrets that the editor did not keep', () => {
  const memory = () => new MemoryMemory();
  const start = (secrets: MemorySecrets, kept: MemoryMemory, urls = [url]) => {
    const { credentials } = new BrokerWindow(new SharedStorage(secrets));
    const clientKey = new ClientSealingKey(secrets, new MemoryLock());
    return haveSecretsBeenLost({ memory: kept, clientKey, credentials, urls });
  };

  it('are reported once, at the first start after the loss', async () => {
    const kept = memory();
    assert.equal(await start(new MemorySecrets(), kept), false);
    const secrets = new MemorySecrets();
    assert.equal(await start(secrets, kept), true);
    assert.equal(await start(secrets, kept), false);
  });

  it('are not reported if they exist or no server is configured', async () => {
    const [secrets, kept] = [new MemorySecrets(), memory()];
    await start(secrets, kept);
    assert.equal(await start(secrets, kept), false);
    assert.equal(await start(new MemorySecrets(), kept, []), false);
  });

  it('are not reported if another window has only created its own key', async () => {
    const [secrets, kept] = [new MemorySecrets(), memory()];
    await start(secrets, kept);
    const shared = new SharedStorage(secrets);
    await new BrokerWindow(shared).credentials.put(credentialFor(url, 'https://login.example', shared.clock));
    await secrets.delete('sealing key');
    assert.equal(await start(secrets, kept), false);
  });
});

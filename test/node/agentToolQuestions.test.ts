import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AgentRequestsAcrossWindows } from '../../src/broker/agents/agentRequestsAcrossWindows.js';
import { AgentConsents } from '../../src/broker/agents/agentConsents.js';
import { AgentToolAnswers } from '../../src/broker/agents/agentToolAnswers.js';
import { AgentToolApprovals } from '../../src/broker/agents/agentToolApprovals.js';
import { CredentialStore } from '../../src/broker/accounts/credentialStore.js';
import { machineStorage } from '../../src/node/store/machineStorage.js';
import { systemClock } from '../../src/node/machine.js';
import { serverAt } from '../broker/brokerWindow.js';
import { MemoryLog, MemorySecrets } from '../broker/memoryStores.js';

const server = serverAt('https://mcp.example/mcp');
const agent = { id: 'agent-1', name: 'tester', access: { url: server.url } };

describe('the questions of rules, in the files of two windows', () => {
  let directory: string;
  const secrets = new MemorySecrets();
  const log = new MemoryLog();
  const closing: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'windows-'));
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await rm(directory, { recursive: true });
  });

  function open() {
    const storage = machineStorage(directory, { secrets, clock: systemClock, log });
    const { sharedRecords, lock, agentNotices } = storage;
    const credentials = new CredentialStore(secrets, log);
    const consents = new AgentConsents(credentials, systemClock, { needsOwn: () => Promise.resolve(false) });
    const answers = new AgentToolAnswers(sharedRecords, lock, systemClock);
    const unanswered = { ask: () => Promise.withResolvers<boolean>().promise };
    const questions = new AgentToolApprovals(systemClock, answers, unanswered);
    const link = new AgentRequestsAcrossWindows(consents, questions, () => [server], agentNotices);
    const close = async () => {
      link.dispose();
      questions.dispose();
      consents.dispose();
      await agentNotices.close();
    };
    closing.push(close);
    const take = () => questions.take(agent, server, 'drop_branch', 'alice@example.org');
    /** Resolves when this many questions are to be seen here. */
    const seen = (count: number) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (questions.pending.length !== count) return;
          listening.dispose();
          resolve();
        };
        const listening = questions.onDidChange(look);
        look();
      });
    return { questions, take, seen, close };
  }

  it('are answered in one for the other, and again after the one that asked has ended', async () => {
    const [here, there] = [open(), open()];
    assert.equal(await here.take(), 'asked');
    await there.seen(1);
    await there.questions.answer(there.questions.pending[0]?.id ?? '', true);
    await here.seen(0);
    assert.deepEqual([await here.take(), await here.take()], ['allowed', 'asked']);
    await there.seen(1);
    await there.questions.answer(there.questions.pending[0]?.id ?? '', true);
    await here.close();
    assert.deepEqual([await there.take(), await there.take()], ['allowed', 'asked']);
  });

  it('contain no response in a notice, and none in clear text', async () => {
    const [here, there] = [open(), open()];
    await here.take();
    await there.seen(1);
    await there.questions.answer(there.questions.pending[0]?.id ?? '', true);
    await here.seen(0);
    const files = await readdir(directory, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files
        // A file that is being written has this name, and soon its own.
        .filter((file) => file.isFile() && !file.name.endsWith('.tmp'))
        .map((file) => readFile(path.join(file.parentPath, file.name), 'utf8')),
    );
    assert.ok(texts.length > 0);
    for (const text of texts) assert.doesNotMatch(text, /allowed|declined":"|said/);
  });
});

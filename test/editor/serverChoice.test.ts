import assert from 'node:assert/strict';
import type { ConsentStatus } from '../../src/broker/status/consentStatus.js';
import type { SettingProblem } from '../../src/broker/settings/serverSettings.js';
import { ServerChoice } from '../../src/editor/signIn/serverChoice.js';
import { DialogueAnswers } from './dialogueAnswers.js';

const url = { server: 'typo', field: 'url', message: 'The url is wrong.' };
const scopes = { server: 'typo', field: 'oauth.scopes', message: 'The scopes are wrong.' };

function choosing(names: readonly string[], problems: readonly SettingProblem[], answer?: string) {
  const entries = names.map((name) => {
    const status: ConsentStatus = { server: name, status: 'ready', signedIn: true, held: [], missing: [] };
    return { server: { name, url: `https://${name}.example/mcp`, headers: {}, oauth: {} }, status };
  });
  const dialogue = new DialogueAnswers(answer);
  const opened: string[] = [];
  const find = (name: string) => entries.find(({ server }) => server.name === name)?.server;
  const choice = new ServerChoice(
    { find, problems },
    { all: () => Promise.resolve(entries) },
    dialogue.window,
    ({ server }) => Promise.resolve(opened.push(server)),
  );
  return { choice, opened, shown: dialogue.shown };
}

describe("a command's list of servers", () => {
  it('also has unusable entries, each once, with the reason, and opens the settings for them', async () => {
    const { choice, opened, shown } = choosing(['a', 'b'], [url, scopes], 'typo');
    assert.equal(await choice.choose(undefined, 'Which?'), undefined);
    assert.deepEqual(shown, [
      '$(pass) a | Ready | https://a.example/mcp',
      '$(pass) b | Ready | https://b.example/mcp',
      '$(error) typo | Misconfigured | The url is wrong. Choose this to open the settings.',
    ]);
    assert.deepEqual(opened, ['typo']);
  });

  it('is shown for a single server if there is an unusable entry, and not for a single server alone', async () => {
    const beside = choosing(['a'], [url], ' a ');
    assert.equal((await beside.choice.choose(undefined, 'Which?'))?.name, 'a');
    assert.equal(beside.shown.length, 2);
    const alone = choosing(['a'], []);
    assert.equal((await alone.choice.choose(undefined, 'Which?'))?.name, 'a');
    assert.deepEqual(alone.shown, []);
  });

  it('has no unusable entries if the command is for servers in a given status', async () => {
    const { choice, shown } = choosing(['a'], [url]);
    assert.equal((await choice.choose(undefined, 'Which?', ({ signedIn }) => signedIn))?.name, 'a');
    assert.deepEqual(shown, []);
  });
});

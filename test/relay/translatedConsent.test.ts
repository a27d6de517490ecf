import assert from 'node:assert/strict';
import { inEnglish, type Translate } from '../../src/base/displayText.js';
import { callTool, startRelayWorld, type RelayWorld } from './relayWorld.js';

/** A language of capitals, in which what is named stays as it is. */
const loudly: Translate = (english, ...named) => inEnglish(english.toUpperCase(), ...named);

describe('consent inside a waiting call, in the language of the editor', () => {
  let stage: RelayWorld;
  beforeEach(async () => {
    stage = await startRelayWorld({ translate: loudly });
  });
  afterEach(() => stage.close());

  it('is asked for in that language, and says what it waits for and who acted', async () => {
    await stage.signIn('repositories');
    const client = await stage.connect('repositories');
    const { progress } = await callTool(client, 'create_branch', { name: 'loud' });
    const { host } = new URL(stage.world.authorizationServer.issuer);
    assert.deepEqual(stage.cards.at(0)?.message.split('\n\n'), [
      'MORE ACCESS FOR repositories',
      'FOR: create_branch',
      `AT: ${host}`,
      'NEW SCOPES: repo:write',
      'AS: alice@example.org',
    ]);
    assert.deepEqual(progress, [
      'ASKING THE SERVER HOW TO SIGN IN',
      'WAITING FOR YOUR CONSENT',
      'OPENING THE SIGN-IN PAGE',
      'WAITING FOR YOU IN THE BROWSER',
      'EXCHANGING THE CODE',
      'create_branch AGAIN',
      'create_branch AS alice@example.org',
    ]);
  });

  it('is refused in English, which models read', async () => {
    await stage.signIn('repositories');
    stage.onCard = () => Promise.resolve('decline');
    const client = await stage.connect('repositories');
    const { text } = await callTool(client, 'create_branch', { name: 'loud' });
    assert.match(text, /^create_branch did not run: the user declined/);
  });
});

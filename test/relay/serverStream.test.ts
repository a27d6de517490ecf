import assert from 'node:assert/strict';
import type { RawCaller } from './rawCaller.js';
import { startRelayWorld, type RelayWorld } from './relayWorld.js';

describe('the stream a caller listens on', () => {
  let stage: RelayWorld;
  let caller: RawCaller;
  beforeEach(async () => {
    stage = await startRelayWorld();
    caller = await stage.rawCaller('repositories');
    await caller.initialize();
  });
  afterEach(() => stage.close());

  it('is open without a sign-in, and asks for no consent', async () => {
    const stream = await caller.send({ method: 'GET' });
    assert.equal(stream.status, 200);
    assert.equal(stream.headers['content-type'], 'text/event-stream');
    assert.equal(stream.headers['mcp-session-id'], caller.sessionId);
    assert.equal(stage.cards.length + stage.prompts.length, 0);
  });

  it('carries list_changed after a sign-in in the palette, and the list has the tools', async () => {
    const stream = await caller.send({ method: 'GET' });
    await stage.signIn('repositories');
    await stream.until(/prompts\/list_changed/);
    assert.deepEqual(
      stream.messages.map(({ method }) => method),
      ['tools', 'resources', 'prompts'].map((list) => `notifications/${list}/list_changed`),
    );
    const list = await (await caller.call('tools/list')).whole();
    assert.match(list, /list_branches.*create_branch/s);
    assert.ok(stream.isOpen);
  });

  it('keeps messages that arrive while it is not open', async () => {
    await stage.signIn('repositories');
    const stream = await caller.send({ method: 'GET' });
    await stream.until(/prompts\/list_changed/);
  });

  it('sends a comment every 15 s to stay alive', async () => {
    const stream = await caller.send({ method: 'GET' });
    stage.clock.advance(14_999);
    assert.equal(stream.text, '');
    stage.clock.advance(1);
    await stream.until(/^:\n\n$/);
    stage.clock.advance(30_000);
    await stream.until(/^(:\n\n){3}$/);
  });

  it('is the newest of several', async () => {
    const old = await caller.send({ method: 'GET' });
    const newest = await caller.send({ method: 'GET' });
    await stage.signIn('repositories');
    await newest.until(/tools\/list_changed/);
    assert.equal(old.text, '');
  });
});

import assert from 'node:assert/strict';
import { Situation } from './situation.js';

/** What cannot be prevented without a common lock, and what it costs at the most. */
describe('two machines that refresh one sign-in at the same moment', () => {
  let s: Situation;
  beforeEach(async () => {
    s = await Situation.start('local and SSH');
    await s.signedIn();
    await s.passSeconds(280);
  });
  afterEach(() => s.stop());

  it('lose that sign-in at the most, and both windows show that it ended', async () => {
    await s.do(Promise.all(s.windows.map((window) => window.call())));
    await s.news();
    assert.equal(s.server.reuses, 1);
    await s.passSeconds(400);
    for (const window of s.windows) {
      assert.equal(await s.do(window.call()), 'consentNeeded');
      await s.news();
      assert.equal(await s.do(window.status()), 'expired');
    }
    await s.do(s.first.signIn('alice'));
    await s.expectLiving([['alice'], ['alice']]);
    assert.deepEqual(s.faults, ['refresh tokens sent twice: 1, not 0']);
  });

  it('keep it when the server allows a refresh token to be sent again for a while', async () => {
    s.server.allowsReuse = true;
    await s.do(Promise.all(s.windows.map((window) => window.call())));
    await s.expectLiving([['alice'], ['alice']]);
    assert.deepEqual(s.faults, []);
  });

  it('keep it when one is refused after the other has renewed it', async () => {
    // The second one's request is underway while the first one's response has already been stored.
    let requests = 0;
    s.server.onRefresh = async () => {
      if (++requests === 2) await new Promise<void>((resolve) => s.time.after(50, resolve));
    };
    s.server.refusesReuseAlone = true;
    const shown: Promise<string>[] = [];
    for (const window of s.windows) window.core.states.onDidObserve(() => void shown.push(window.status()));
    const called = await s.do(Promise.all(s.windows.map((window) => window.call())));
    assert.deepEqual(called, ['alice', 'alice']);
    assert.deepEqual(new Set(await s.do(Promise.all(shown))), new Set(['ready']));
    await s.expectLiving([['alice'], ['alice']]);
    assert.deepEqual(s.faults, []);
  });
});

describe('a sign-out that another machine did not hear of', () => {
  it('is final although that machine stores a refreshed token afterwards', async () => {
    const s = await Situation.start('local and SSH');
    try {
      await s.signedIn();
      await s.passSeconds(280);
      // The refresh has been responded to and is being stored while the sign-out is on its way.
      s.server.keepsRevokedGrants = true;
      s.server.onRefresh = async () => {
        await s.first.core.signOuts.signOut(s.first.server);
      };
      await s.do(s.second.call());
      await s.news();
      assert.equal(await s.do(s.first.call()), 'consentNeeded');
      assert.equal(await s.do(s.second.call()), 'consentNeeded');
      for (const window of s.windows) assert.deepEqual(await s.do(window.accounts()), []);
    } finally {
      await s.stop();
    }
  });
});

import type { Situation } from './situation.js';
import type { ModelWindow } from './modelWindow.js';

export const timings = ['in order', 'at once', 'client asleep', 'window reloaded'] as const;
export type Timing = (typeof timings)[number];

type Act = Readonly<Record<Timing, (s: Situation) => Promise<void>>>;

/** Near the end of a token of five minutes, when every machine refreshes. */
const NEAR_EXPIRY_S = 280;
/** Far below the ten seconds that secret storage is waited for. */
const SHORT_MS = 5_000;

const signIn: Act = {
  'in order': async (s) => {
    await s.signedIn();
    await s.expectLiving([['alice'], ['alice']]);
  },
  'at once': async (s) => {
    await s.do(Promise.all([s.first.signIn('alice'), s.second.signIn('bob')]));
    await s.expectLiving(s.sharesSignIns ? [['alice', 'bob'], ['alice', 'bob']] : [['alice'], ['bob']]); // prettier-ignore
  },
  'client asleep': async (s) => {
    s.first.client.sleep();
    const outcome = await s.do(s.first.signIn('alice'));
    s.expect('a sign-in whose client sleeps', outcome.kind, 'failed');
    s.first.client.wake();
    await s.news();
    await s.signedIn();
    await s.expectLiving([['alice'], ['alice']]);
  },
  'window reloaded': async (s) => {
    await s.do(s.first.signIn('alice'));
    s.first.reload();
    await s.news();
    const kept = s.outlivesReload ? ['alice'] : [];
    await s.expectLiving([kept, s.sharesSignIns ? kept : []]);
  },
};

const refresh: Act = {
  'in order': async (s) => {
    await s.signedIn();
    await s.passSeconds(NEAR_EXPIRY_S);
    await s.expectCall(s.first, 'alice');
    await s.news();
    await s.expectCall(s.second, 'alice');
    s.expect('refreshes', s.server.refreshes, s.sharesSignIns ? 1 : 2);
    await s.expectLiving([['alice'], ['alice']]);
  },
  'at once': async (s) => {
    await s.signedIn();
    if (s.sharesMachine) {
      await s.passSeconds(NEAR_EXPIRY_S);
      await s.do(Promise.all([1, 2, 3].flatMap(() => s.windows.map((window) => window.call()))));
    } else {
      // Without a common lock: both call at the same moments for the life of a token.
      for (let second = 0; second < 300; second += 2) {
        await s.do(Promise.all(s.windows.map((window) => window.call())));
        await s.passSeconds(2);
      }
    }
    s.expect('refreshes', s.server.refreshes, s.sharesSignIns ? 1 : 2);
    await s.expectLiving([['alice'], ['alice']]);
  },
  'client asleep': async (s) => {
    await s.signedIn();
    await s.passSeconds(NEAR_EXPIRY_S);
    s.first.client.sleep();
    const asleep = s.first.call();
    await s.time.pass(100);
    if (s.second.client !== s.first.client) {
      const before = s.time.now();
      await s.expectCall(s.second, 'alice');
      s.expect('waited for another client’s storage', s.time.now() - before > SHORT_MS, false);
    }
    // Still with the token that has not expired.
    s.expect('a call of the first window', await s.do(asleep), 'alice');
    await s.passSeconds(60);
    const told = await s.do(s.first.call());
    s.expect('a call whose client sleeps', told.includes('secret storage did not respond'), true);
    s.first.client.wake();
    await s.news();
    await s.expectCall(s.first, 'alice');
    // The client falls asleep while the authorization server responds.
    s.server.onRefresh = () => {
      s.first.client.sleep();
      return Promise.resolve();
    };
    await s.passSeconds(NEAR_EXPIRY_S);
    await s.expectCall(s.first, 'alice');
    s.server.onRefresh = () => Promise.resolve();
    s.first.client.wake();
    await s.expectLiving([['alice'], ['alice']]);
  },
  'window reloaded': async (s) => {
    await s.signedIn();
    await s.passSeconds(NEAR_EXPIRY_S);
    await s.expectCall(s.first, 'alice');
    s.first.reload();
    s.second.reload();
    await s.news();
    const kept = s.outlivesReload ? ['alice'] : [];
    await s.expectLiving([kept, kept]);
  },
};

const signOut: Act = {
  'in order': async (s) => {
    await s.signedIn();
    await s.do(s.first.core.signOuts.signOut(s.first.server));
    await s.news();
    await expectSignedOut(s);
    // It stays so, and does not stand in the way of a new sign-in.
    await s.passSeconds(NEAR_EXPIRY_S);
    await expectSignedOut(s);
    await s.do(s.second.signIn('bob'));
    await s.expectLiving(s.sharesSignIns ? [['bob'], ['bob']] : [[], ['alice', 'bob']]);
  },
  'at once': async (s) => {
    await s.signedIn();
    await s.passSeconds(NEAR_EXPIRY_S);
    // A response that comes late ends up after the sign-out.
    s.server.onRefresh = () => s.time.pass(0);
    await s.do(Promise.all([s.second.call(), s.first.core.signOuts.signOut(s.first.server)]));
    await s.news();
    await expectSignedOut(s);
  },
  'client asleep': async (s) => {
    await s.signedIn();
    s.first.client.sleep();
    await s.do(s.first.core.signOuts.signOut(s.first.server).catch(() => undefined));
    s.first.client.wake();
    await s.news();
    // What was not carried out is carried out when it is asked for again.
    await s.do(s.first.core.signOuts.signOut(s.first.server));
    await s.news();
    await expectSignedOut(s);
  },
  'window reloaded': async (s) => {
    await s.signedIn();
    await s.do(s.first.core.signOuts.signOut(s.first.server));
    s.first.reload();
    s.second.reload();
    await s.news();
    await expectSignedOut(s);
  },
};

/** Nothing lives of what the first window signed out of, here or at the server. */
async function expectSignedOut(s: Situation): Promise<void> {
  await s.expectCall(s.first, 'consentNeeded');
  if (s.sharesSignIns) await s.expectCall(s.second, 'consentNeeded');
  s.expect('grants that live at the server', s.server.living.length, s.sharesSignIns ? 0 : 1);
}

const changeAccount: Act = {
  'in order': async (s) => {
    await s.signedIn();
    await s.do(s.first.signIn('bob', { anotherAccount: true }));
    await s.news();
    await s.expectCall(s.first, 'bob');
    // Another workspace goes on as the account it has acted as.
    await s.expectCall(s.second, 'alice');
    const bob = (await s.do(s.first.core.credentials.all(s.first.server.url))).find(
      ({ account }) => account?.id === 'bob',
    );
    await s.do(s.first.core.credentials.remove(s.first.server.url, bob && `bob ${bob.as.issuer}`));
    await s.news();
    await s.expectCall(s.first, 'alice');
    await s.expectLiving([['alice'], ['alice']]);
  },
  'at once': async (s) => {
    await s.signedIn();
    await s.passSeconds(NEAR_EXPIRY_S);
    await s.do(Promise.all([s.first.signIn('bob', { anotherAccount: true }), s.second.call()]));
    await s.expectLiving([['alice', 'bob'], s.sharesSignIns ? ['alice', 'bob'] : ['alice']]);
  },
  'client asleep': async (s) => {
    await s.signedIn();
    s.first.client.sleep();
    const outcome = await s.do(s.first.signIn('bob', { anotherAccount: true }));
    s.expect('a sign-in whose client sleeps', outcome.kind, 'failed');
    s.first.client.wake();
    await s.expectLiving([['alice'], ['alice']]);
  },
  'window reloaded': async (s) => {
    await s.signedIn();
    await s.do(s.first.signIn('bob', { anotherAccount: true }));
    s.first.reload();
    await s.news();
    const kept = s.outlivesReload ? ['alice', 'bob'] : [];
    await s.expectLiving([kept, s.sharesSignIns ? kept : ['alice']]);
  },
};

const admitAgent: Act = {
  'in order': async (s) => {
    const one = await admitted(s, s.first);
    await expectVerified(s, one.key, [true, s.sharesMachine]);
    const two = await admitted(s, s.second);
    await expectVerified(s, one.key, [true, s.sharesMachine]);
    await expectVerified(s, two.key, [s.sharesMachine, true]);
    await s.do(s.first.core.admissions.withdraw(one.agent.id));
    await expectVerified(s, one.key, [false, false]);
    await expectVerified(s, two.key, [s.sharesMachine, true]);
  },
  'at once': async (s) => {
    const [one, two] = await s.do(Promise.all([admission(s.first), admission(s.second)]));
    await expectVerified(s, one.key, [true, s.sharesMachine]);
    await expectVerified(s, two.key, [s.sharesMachine, true]);
  },
  'client asleep': async (s) => {
    s.first.client.sleep();
    const before = s.time.now();
    const one = await admitted(s, s.first);
    await expectVerified(s, one.key, [true, s.sharesMachine]);
    s.expect('waited for the client', s.time.now() - before > SHORT_MS, false);
    s.first.client.wake();
  },
  'window reloaded': async (s) => {
    const one = await admitted(s, s.first);
    s.first.reload();
    await s.news();
    await expectVerified(s, one.key, [true, s.sharesMachine]);
    await s.do(s.first.core.admissions.withdraw(one.agent.id));
    s.first.reload();
    s.second.reload();
    await s.news();
    await expectVerified(s, one.key, [false, false]);
  },
};

function admission({ core, server }: ModelWindow) {
  return core.admissions.admit({ name: 'worker', servers: [{ url: server.url }] });
}

function admitted(s: Situation, window: ModelWindow) {
  return s.do(admission(window));
}

async function expectVerified(
  s: Situation,
  key: { expose(): string },
  expected: readonly boolean[],
): Promise<void> {
  const verified = await s.do(Promise.all(s.windows.map(({ core }) => core.admissions.verify(key.expose()))));
  s.expect(
    'windows that take the agent’s key',
    verified.map((agent) => agent !== undefined),
    expected,
  );
}

export const acts: Readonly<Record<string, Act>> = {
  'sign in': signIn,
  refresh,
  'sign out': signOut,
  'change account': changeAccount,
  'admit an agent': admitAgent,
};

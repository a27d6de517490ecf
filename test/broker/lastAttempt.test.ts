import assert from 'node:assert/strict';
import type { ConsentStatusName, Observation } from '../../src/broker/status/consentStatus.js';
import type { SignInOutcome, SignInRequest } from '../../src/broker/signIn/signIn.js';
import type { SignInDependencies } from '../../src/broker/signIn/signInDependencies.js';
import {
  attemptEnding,
  observationOfAttempt,
  SignIns,
  type BeforeAttempt,
} from '../../src/broker/signIn/signIns.js';
import { attemptsFromNotice } from '../../src/broker/status/lastAttempt.js';
import { OAuthFlowError, type OAuthFlowErrorCode } from '../../src/oauth/oauthFlowError.js';
import { BrokerWindow, credentialFor, serverAt } from './brokerWindow.js';

const server = serverAt('https://mcp.example/mcp');
const failed = (code: OAuthFlowErrorCode): SignInOutcome => ({
  kind: 'failed',
  error: new OAuthFlowError(code, 'It broke.', { fix: 'Mend it.' }),
});
const declined: SignInOutcome = { kind: 'declined', by: 'user', detail: 'It was declined.' };
const misconfigured = { kind: 'misconfigured', detail: 'It broke.' } as const;

describe('the observation that a sign-in attempt leaves for the next call', () => {
  const working: readonly ConsentStatusName[] = ['ready', 'needsScopes', 'denied', 'open'];
  const waiting: readonly ConsentStatusName[] = ['signedOut', 'expired', 'unknown'];
  const table: readonly (readonly [
    what: string,
    outcome: SignInOutcome,
    before: readonly ConsentStatusName[],
    more: Partial<BeforeAttempt>,
    observation: Observation | undefined,
  ])[] = [
    ['a decline, while calls work', declined, working, {}, undefined],
    ['a decline, after the sign-in has ended', declined, ['expired'], {}, undefined],
    ['a decline, when signed out', declined, ['signedOut'], { isSignedIn: false }, undefined],
    ['a decline, before anything was known', declined, ['unknown'], { isSignedIn: false }, { kind: 'challenged' }],
    ['a refused code, while calls work', failed('tokenRequestRefused'), working, {}, undefined],
    ['a refused code, when calls wait for a sign-in', failed('tokenRequestRefused'), waiting, {}, misconfigured],
    ['unusable metadata, while calls work', failed('invalidMetadata'), working, {}, undefined],
    ['unusable metadata, when calls wait for a sign-in', failed('invalidMetadata'), waiting, {}, misconfigured],
    ['no network, while calls work', failed('unreachable'), working, {}, undefined],
    ['no network, when signed out', failed('unreachable'), ['signedOut'], { isSignedIn: false }, { kind: 'unreachable', detail: 'It broke.' }],
    ['a further account that failed, whatever the first one is', failed('invalidMetadata'), [...working, ...waiting], { isFurther: true }, undefined],
    ['a further account that failed, without a first one', failed('invalidMetadata'), ['signedOut'], { isFurther: true, isSignedIn: false }, misconfigured],
    ['a server that needs no sign-in', failed('notProtected'), [...working, ...waiting], {}, { kind: 'answered', authorized: false }],
    ['a cancelled one', { kind: 'cancelled' }, [...working, ...waiting], {}, undefined],
    ['an unfinished one', { kind: 'timedOut' }, [...working, ...waiting], {}, undefined],
  ]; // prettier-ignore
  for (const [what, outcome, statuses, more, observation] of table) {
    for (const status of statuses) {
      it(`after ${what} (${status}) is ${observation?.kind ?? 'none'}`, () => {
        const before = { isSignedIn: true, isFurther: false, status, ...more };
        assert.deepEqual(observationOfAttempt(outcome, before), observation);
      });
    }
  }
});

describe('the outcome of a sign-in attempt', () => {
  for (const [what, outcome, ending] of [
    ['a decline', declined, { kind: 'declined', at: 5, detail: 'It was declined.' }],
    ['a failure', failed('invalidMetadata'), { kind: 'failed', at: 5, detail: 'It broke. Mend it.' }],
    ['too late', { kind: 'timedOut' }, { kind: 'timedOut', at: 5 }],
    ['no sign-in needed', failed('notProtected'), 'none'],
    ['cancelled', { kind: 'cancelled' }, undefined],
  ] as const) {
    it(what, () => assert.deepEqual(attemptEnding(outcome, 5), ending));
  }

  it('is read from another window only as far as it is valid', () => {
    const fit = { serverUrl: server.url, at: 1, attempt: { kind: 'failed', at: 1, detail: 'x' } };
    const over = { serverUrl: server.url, at: 2 };
    for (const unfit of [
      null,
      { ...fit, at: '1' },
      { ...fit, attempt: { kind: 'exploded', at: 1 } },
      { ...fit, attempt: { kind: 'failed', at: 1, detail: 7 } },
      { ...fit, attempt: 'failed' },
    ])
      assert.deepEqual(attemptsFromNotice([fit, unfit, over]), [fit, over]);
    assert.deepEqual(attemptsFromNotice('nothing'), []);
  });
});

describe('the status of a server and the outcome of its last sign-in', () => {
  let window: BrokerWindow;
  let signIns: SignIns;
  beforeEach(() => {
    window = new BrokerWindow();
    const { credentials, clock } = window;
    signIns = new SignIns(
      { credentials, clock, log: window.shared.log } as unknown as SignInDependencies,
      window.states,
    );
  });
  const signedIn = () =>
    window.credentials.put(credentialFor(server.url, 'https://as.example', window.clock));
  const attempt = async (end: 'decline' | 'fail' | 'wait', request: Partial<SignInRequest> = {}) => {
    const one = signIns.begin(server, { deadline: 60_000, ...request });
    await window.states.statusOf(server);
    if (end === 'decline') one.decline('It was declined.');
    else if (end === 'fail')
      one.fail(new OAuthFlowError('invalidMetadata', 'It broke.', { fix: 'Mend it.' }));
    else window.clock.advance(60_000);
    await one.outcome;
    return facts();
  };
  const facts = async () => {
    const { status, lastAttempt } = await window.states.statusOf(server);
    return [status, lastAttempt?.kind];
  };

  it('stay separate while a server works and an attempt fails', async () => {
    await signedIn();
    assert.deepEqual(await attempt('decline'), ['ready', 'declined']);
    assert.deepEqual(await attempt('fail', { scopes: ['repo:write'] }), ['ready', 'failed']);
    assert.deepEqual(await attempt('fail', { anotherAccount: true }), ['ready', 'failed']);
    assert.deepEqual(await attempt('wait'), ['ready', 'timedOut']);
  });

  it('stay separate if no account is signed in: after a decline, the status is still signed out', async () => {
    assert.deepEqual(await attempt('decline'), ['signedOut', 'declined']);
    assert.deepEqual(await attempt('fail'), ['misconfigured', 'failed']);
  });

  it('show a missing scope and the decline after a declined step-up', async () => {
    await signedIn();
    const of = await window.credentials.get(server.url);
    window.states.observe(server, { kind: 'insufficientScope', missing: ['repo:write'], tool: 'create' }, of);
    assert.deepEqual(await attempt('decline', { scopes: ['repo:read', 'repo:write'] }), [
      'needsScopes',
      'declined',
    ]);
    assert.deepEqual((await window.states.statusOf(server)).missing, ['repo:write']);
  });

  it('no longer contain the outcome after it is dismissed', async () => {
    await attempt('decline');
    const told: string[] = [];
    window.states.onDidChange((url) => told.push(url));
    window.states.showAttempt(server, undefined);
    assert.deepEqual([await facts(), told], [['signedOut', undefined], [server.url]]);
  });

  it("of an agent's attempt do not appear at the user’s own sign-in", async () => {
    await signedIn();
    assert.deepEqual(await attempt('fail', { forAgent: 'agent-1' }), ['ready', undefined]);
  });

  it('are the same in every window, and so is a dismissal', async () => {
    const other = new BrokerWindow(window.shared);
    const shown = async () => (await other.states.statusOf(server)).lastAttempt?.kind;
    await attempt('decline');
    other.states.hear([], [], window.states.attempts);
    assert.equal(await shown(), 'declined');
    window.clock.advance(1);
    other.states.showAttempt(server, undefined);
    assert.equal(other.states.hear([], [], window.states.attempts), true, 'the other one is behind');
    assert.equal(await shown(), undefined);
    window.states.hear([], [], other.states.attempts);
    assert.deepEqual(await facts(), ['signedOut', undefined]);
  });
});

import assert from 'node:assert/strict';
import { authorize, signInForTokens, type CodeFlowRequest } from '../codeFlow.js';
import type { HtmlForm } from '../htmlForm.js';
import { alice, bob, demoPeople, type DemoUser } from '../people.js';
import { UserBrowser, SignInStopped } from '../user.js';
import { startWorld, type World } from '../world.js';
import { accountAt, carol } from './providerAccounts.js';
import { makeSigningKey } from './signingKey.js';
import type { ProviderId } from './upstreamLogin.js';

const exampleId = 'Sign in with Example ID (OIDC)';
const exampleCorp = 'Sign in with Example Corp (SAML)';

describe('logins at identity providers', function () {
  // Creating keys and loading the SAML libraries is slow.
  this.timeout(20_000);
  let world: World;
  let eventsBefore = 0;

  before(async () => {
    world = await startWorld({ federatedLogins: true });
  });
  beforeEach(() => {
    eventsBefore = world.authorizationServer.events.length;
  });
  afterEach(() => {
    for (const { sub } of demoPeople) world.authorizationServer.revokeGrantOf(sub);
  });
  after(() => world.close());

  const events = () => world.authorizationServer.events.slice(eventsBefore);
  const refusals = () =>
    events().flatMap(({ kind, error }) => (kind === 'federatedLoginRefused' ? [error] : []));

  const at = (
    provider: ProviderId,
    user: Pick<DemoUser, 'name' | 'email'>,
    more: Partial<CodeFlowRequest> = {},
  ): CodeFlowRequest => ({
    authorizationServer: world.authorizationServer,
    user: accountAt(provider, user),
    through: provider === 'example-id' ? exampleId : exampleCorp,
    resource: world.repositories.url,
    scopes: ['openid', 'repo:read'],
    ...more,
  });

  /** Signs in and captures the response that the provider's page posts. */
  async function answerPosted(request: CodeFlowRequest): Promise<HtmlForm> {
    const answers: HtmlForm[] = [];
    const tamper = (form: HtmlForm) => {
      if (isAnswer(form)) answers.push({ ...form, fields: new URLSearchParams(form.fields) });
    };
    await authorize({ ...request, tamper });
    return only(answers);
  }

  /** Signs in with a modified response, and checks that the sign-in page rejects it. */
  async function refusedWith(request: CodeFlowRequest, change: (fields: URLSearchParams) => void) {
    const tamper = (form: HtmlForm) => {
      if (isAnswer(form)) change(form.fields);
    };
    const before = events().length;
    await assert.rejects(
      authorize({ ...request, tamper }),
      (error) => error instanceof SignInStopped && error.page.url.hostname === '127.0.0.1',
    );
    assert.deepEqual(
      events()
        .slice(before)
        .map(({ kind }) => kind),
      ['federatedLoginRefused'],
    );
  }

  it('are offered in addition to the password, which keeps working', async () => {
    const browser = new UserBrowser();
    const { through, ...withPassword } = at('example-id', alice, { browser, user: alice });
    await authorize(withPassword);
    assert.ok(browser.pages[0]?.text.includes(`Cancel ${exampleId} ${exampleCorp}`), through);
  });

  it('are not offered without providers', async () => {
    const plain = await startWorld();
    try {
      const browser = new UserBrowser();
      const { authorizationServer, repositories } = plain;
      const request = at('example-id', alice, { browser, user: alice });
      await authorize({ ...request, authorizationServer, resource: repositories.url });
      assert.ok(browser.pages[0]?.text.endsWith('Sign in Cancel'));
    } finally {
      await plain.close();
    }
  });

  for (const [provider, user] of [
    ['example-id', bob],
    ['example-corp', alice],
  ] as const) {
    describe(`at ${provider}`, () => {
      it('sign in the user with that account', async () => {
        const browser = new UserBrowser();
        const { id_token = '' } = await signInForTokens(at(provider, user, { browser }));
        const [, claims = ''] = id_token.split('.');
        const { sub } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sub: string };
        assert.equal(sub, user.sub);
        assert.deepEqual(
          events().flatMap(({ kind, sub }) => (kind === 'federatedLogin' ? [sub] : [])),
          [user.sub],
        );
      });

      it('navigate to another site and return by a form without cookies', async () => {
        const browser = new UserBrowser();
        const answer = await answerPosted(at(provider, user, { browser }));
        const [, theirs, posting] = browser.pages;
        assert.equal(theirs?.url.hostname, 'localhost');
        assert.equal(answer.action.hostname, '127.0.0.1');
        const navigation = { from: posting?.url, method: answer.method };
        assert.equal(browser.cookies.headerFor(answer.action, navigation), undefined);
      });

      it('require the password at the provider', async () => {
        await assert.rejects(
          authorize(at(provider, user, { user })),
          (error) => error instanceof SignInStopped && error.page.url.hostname === 'localhost',
        );
      });

      it('are refused for an account without a user here', async () => {
        await refusedWith(at(provider, carol), () => undefined);
        assert.deepEqual(refusals(), [
          `Nobody here has the account "${accountAt(provider, carol).subject}".`,
        ]);
      });

      it('accept a response only once', async () => {
        const { action, fields } = await answerPosted(at(provider, user));
        const again = await fetch(action, { method: 'POST', body: fields, redirect: 'manual' });
        assert.equal(again.status, 400);
        assert.deepEqual(refusals(), ['It answers nothing that was asked.']);
      });

      it('accept no response with an unknown state', async () => {
        await refusedWith(at(provider, user), (fields) => {
          fields.set(stateField(fields), 'a-state-of-the-attackers');
        });
        assert.deepEqual(refusals(), ['It answers nothing that was asked.']);
      });

      it("accept no response at the other provider's address", async () => {
        const { action, fields } = await answerHeldBack(at(provider, user));
        const other = provider === 'example-id' ? 'example-corp' : 'example-id';
        const url = new URL(`/federation/${other}`, action);
        const taken = await fetch(url, { method: 'POST', body: fields, redirect: 'manual' });
        assert.equal(taken.status, 400);
        assert.deepEqual(refusals(), ['It answers nothing that was asked.']);
      });

      it('accept no response in a different browser', async () => {
        const { action, fields } = await answerHeldBack(at(provider, user));
        const taken = await fetch(action, { method: 'POST', body: fields, redirect: 'manual' });
        const victim = await fetch(new URL(taken.headers.get('location') ?? '', action));
        assert.equal(victim.status, 400);
        assert.match(await victim.text(), /This sign-in has expired/);
      });

      it('accept no response in a different sign-in', async () => {
        const { action, fields } = await answerHeldBack(at(provider, user));
        const taken = await fetch(action, { method: 'POST', body: fields, redirect: 'manual' });
        const handle = taken.headers.get('location')?.split('/').at(-1) ?? '';
        const browser = new UserBrowser();
        await answerHeldBack(at(provider, user, { browser }));
        const url = new URL(`${browser.pages[0]?.url.pathname}/answer/${handle}`, action);
        const victim = await fetch(url, { headers: { cookie: browser.cookies.headerFor(url) ?? '' } });
        assert.equal(victim.status, 401);
        assert.deepEqual(refusals(), ['It answers nothing that was asked.']);
      });
    });
  }

  describe('at example-corp', () => {
    const exampleCorp = () => {
      const { federated } = world.authorizationServer;
      assert.ok(federated);
      return federated.identityProviders.exampleCorp;
    };
    afterEach(() => {
      exampleCorp().audience = undefined;
      exampleCorp().impostor = undefined;
    });

    const changed = (fields: URLSearchParams, change: (xml: string) => string) => {
      const xml = Buffer.from(fields.get('SAMLResponse') ?? '', 'base64').toString();
      assert.notEqual(change(xml), xml);
      fields.set('SAMLResponse', Buffer.from(change(xml)).toString('base64'));
    };

    it('refuse an assertion whose subject was changed after it was signed', async () => {
      await refusedWith(at('example-corp', bob), (fields) =>
        changed(fields, (xml) => xml.replaceAll(bob.email, alice.email)),
      );
      assert.deepEqual(refusals(), ['Invalid signature']);
    });

    it('refuse an unsigned assertion', async () => {
      await refusedWith(at('example-corp', bob), (fields) =>
        changed(fields, (xml) => xml.replace(/<ds:Signature[\s\S]*<\/ds:Signature>/, '')),
      );
      assert.deepEqual(refusals(), ['Invalid signature']);
    });

    it('refuse an assertion signed with the sender’s own key', async () => {
      exampleCorp().impostor = await makeSigningKey('Example Corp');
      await refusedWith(at('example-corp', alice), () => undefined);
      assert.deepEqual(refusals(), ['Invalid signature']);
    });

    it('refuse an assertion that was used before, in a login begun for it', async () => {
      const used = await answerPosted(at('example-corp', alice));
      await refusedWith(at('example-corp', bob), (fields) => {
        fields.set('SAMLResponse', used.fields.get('SAMLResponse') ?? '');
      });
      assert.deepEqual(refusals(), ['InResponseTo is not valid']);
    });

    it('refuse a used assertion in a matching response', async () => {
      const used = await answerPosted(at('example-corp', alice));
      const usedXml = Buffer.from(used.fields.get('SAMLResponse') ?? '', 'base64').toString();
      await refusedWith(at('example-corp', bob), (fields) =>
        changed(fields, (xml) => usedXml.replace(inResponseTo, inResponseTo.exec(xml)?.[0] ?? '')),
      );
      assert.deepEqual(refusals(), ['InResponseTo does not match subjectInResponseTo']);
    });

    it('refuse a request that was changed on the way, or not signed', async () => {
      const browser = new UserBrowser();
      await answerHeldBack(at('example-corp', alice, { browser }));
      const asked = browser.pages[1]?.url;
      assert.equal(asked?.pathname, '/sso');
      const changedUrl = new URL(asked);
      changedUrl.searchParams.set('RelayState', 'a-state-of-the-attackers');
      const unsigned = new URL(asked);
      for (const name of ['Signature', 'SigAlg']) unsigned.searchParams.delete(name);
      const statuses = await Promise.all(
        [asked, changedUrl, unsigned].map(async (url) => (await fetch(url)).status),
      );
      assert.deepEqual(statuses, [200, 400, 400]);
    });

    it('refuse an assertion for another service', async () => {
      exampleCorp().audience = 'https://service.example.org';
      await refusedWith(at('example-corp', alice), () => undefined);
      assert.match(refusals().join(), /^SAML assertion audience mismatch/);
    });
  });

  it('let another account of the provider sign in with prompt=login', async () => {
    const browser = new UserBrowser();
    await authorize(at('example-id', alice, { browser }));
    await authorize(at('example-id', bob, { browser, prompt: 'login' }));
    assert.deepEqual(
      events().flatMap(({ kind, sub }) => (kind === 'federatedLogin' ? [sub] : [])),
      [alice.sub, bob.sub],
    );
  });

  describe('at example-id', () => {
    it('refuse a response from another issuer', async () => {
      await refusedWith(at('example-id', bob), (fields) => fields.set('iss', 'http://localhost:9'));
      assert.match(refusals().join(), /"iss"/);
    });

    it('refuse a code of another user’s login', async () => {
      const stolen = await answerHeldBack(at('example-id', alice));
      await refusedWith(at('example-id', bob), (fields) =>
        fields.set('code', stolen.fields.get('code') ?? ''),
      );
      assert.equal(refusals().length, 1);
    });

    it('refuse a cancelled login, with the error that the provider posts', async () => {
      const tamper = (form: HtmlForm) => {
        if (form.action.hostname === 'localhost') form.fields.set('decision', 'cancel');
      };
      await assert.rejects(
        authorize(at('example-id', bob, { tamper })),
        (error) => error instanceof SignInStopped && error.page.text.includes('You are not signed in'),
      );
      assert.equal(refusals().length, 1);
    });
  });

  /** Signs in and stops before the provider's response is sent. */
  async function answerHeldBack(request: CodeFlowRequest): Promise<HtmlForm> {
    const held: HtmlForm[] = [];
    class HeldBack extends Error {}
    const tamper = (form: HtmlForm) => {
      if (!isAnswer(form)) return;
      held.push(form);
      throw new HeldBack();
    };
    await assert.rejects(authorize({ ...request, tamper }), HeldBack);
    return only(held);
  }
});

/** The first match belongs to the unsigned envelope. */
const inResponseTo = /InResponseTo="[^"]*"/;

function only([form, ...more]: readonly HtmlForm[]): HtmlForm {
  assert.ok(form && more.length === 0);
  return form;
}

function isAnswer({ fields }: HtmlForm): boolean {
  return fields.has('SAMLResponse') || fields.has('code');
}

function stateField(fields: URLSearchParams): string {
  return fields.has('RelayState') ? 'RelayState' : 'state';
}

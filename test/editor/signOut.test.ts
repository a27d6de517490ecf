import assert from 'node:assert/strict';
import { recordName, slotOfAccount } from '../../src/broker/accounts/storedRecord.js';
import { accountKeyOf } from '../../src/broker/accounts/credential.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import type { SignOutReceipt } from '../../src/broker/signIn/signOut.js';
import { describeSignOut, showSignOut } from '../../src/editor/signIn/signOutReport.js';
import { alice } from '../demo/people.js';
import type { World } from '../demo/world.js';
import { signInAs, type ActiveExtension } from './activeExtension.js';
import { startEditorScene, type EditorScene } from './editorScene.js';

describe('sign-out in the editor', () => {
  let scene: EditorScene;
  let extension: ActiveExtension;
  let world: World;
  let server: ServerConfig;

  before(async () => {
    scene = await startEditorScene();
    ({ extension, world, server } = scene);
  });
  beforeEach(async () => {
    assert.equal((await signInAs(extension, server, alice)).kind, 'signedIn');
  });
  after(() => scene.close());

  it('deletes the tokens here and revokes them at the server', async () => {
    const credential = await extension.credentials.get(server.url);
    assert.ok(credential);
    const [id, key] = [credential.id, accountKeyOf(credential)];
    const receipt = await extension.signOuts.signOut(server);
    assert.equal(receipt.kind, 'signedOut');
    assert.equal(receipt.revocation.refreshToken, 'revoked');
    assert.ok(world.authorizationServer.events.some(({ kind }) => kind === 'revoked'));
    const name = recordName(server.url, await slotOfAccount(key));
    const { removed } = JSON.parse((await extension.context.secrets.get(`credential ${name}`)) ?? '') as {
      removed?: string;
    };
    assert.equal(removed, id);
    const { status, account } = await extension.states.statusOf(server);
    assert.deepEqual([status, account], ['signedOut', undefined]);
  });

  it('runs once if the Accounts menu requests it several times, and again after it has ended', async () => {
    const [session] = await extension.accounts.getSessions(undefined);
    assert.ok(session);
    const revocations = () =>
      world.authorizationServer.requests.filter(({ path }) => path.endsWith('/revocation')).length;
    const before = revocations();
    await Promise.all([1, 2, 3].map(() => extension.accounts.removeSession(session.id)));
    await extension.accounts.removeSession(session.id);
    assert.equal(revocations() - before, 2, 'one request a token');
    assert.deepEqual(await extension.accounts.getSessions(undefined), []);
    assert.deepEqual(await extension.signOuts.signOut(server), { kind: 'notSignedIn' });
  });

  it('invalidates the relay key of the extensions that have it', async () => {
    const [session] = await extension.accounts.getSessions(undefined);
    assert.ok(session);
    await extension.accounts.removeSession(session.id);
    await signInAs(extension, server, alice);
    const [later] = await extension.accounts.getSessions(undefined);
    assert.notEqual(later?.accessToken, session.accessToken);
  });

  it('reports what was revoked, and what was not', () => {
    const receipt = (revocation: object) =>
      ({ kind: 'signedOut', host: 'as.example.com', revocation }) as SignOutReceipt;
    const said = (revocation: object) => describeSignOut(server, receipt(revocation));
    assert.match(
      said({ refreshToken: 'revoked', accessToken: 'revoked' }).message,
      /^Signed out of .*, and revoked\.$/,
    );
    assert.match(
      said({ refreshToken: 'revoked', accessToken: 'notOffered' }).message,
      /refresh token is revoked/,
    );
    const none = said({ accessToken: 'notOffered' });
    assert.match(none.message, /doesn’t support revocation.*until they expire/);
    const failed = said({
      refreshToken: 'failed',
      accessToken: 'revoked',
      problem: 'as.example.com is down.',
    });
    assert.match(failed.message, /some tokens couldn’t be revoked.*as\.example\.com is down\./);
    assert.deepEqual([none.complete, failed.complete], [false, false]);
  });

  it('has a button if the report exceeds a line, since the editor truncates one without a button', () => {
    const shown = (revocation: object) => {
      const seen: string[][] = [];
      const show = (...words: string[]) => Promise.resolve(void seen.push(words));
      const receipt = { kind: 'signedOut', account: alice.email, host: 'as.example.com', revocation };
      showSignOut(server, receipt as SignOutReceipt, { information: show, warning: show });
      return seen;
    };
    assert.deepEqual(shown({ refreshToken: 'revoked', accessToken: 'revoked' }), [
      [`Signed out of repositories (${alice.email}), and revoked.`],
    ]);
    const [[message, ...buttons] = []] = shown({ accessToken: 'notOffered' });
    assert.match(message ?? '', /doesn’t support revocation/);
    assert.deepEqual(buttons, ['Show Log']);
  });
});

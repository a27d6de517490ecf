import assert from 'node:assert/strict';
import { alice } from '../demo/people.js';
import { startBrowser } from '../host/browser.js';
import { editorUnderTest } from '../host/editor.js';
import { answer, reachConsent } from './userInBrowser.js';
import { Scene } from './scene.js';

describe('a sign-in whose browser does not open or return', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set();
  });
  after(() => scene.end());

  /** A popup blocker stops the editor's window without notice. */
  const withoutPopups = async <T>(work: () => Promise<T>): Promise<T> => {
    const { page } = scene.window;
    await page.evaluate(() => {
      const open = window.open.bind(window);
      Object.assign(window, {
        open: () => ({ closed: false }),
        unblock: () => Object.assign(window, { open }),
      });
    });
    try {
      return await work();
    } finally {
      await page.evaluate(() => (window as unknown as { unblock: () => unknown }).unblock() !== undefined);
    }
  };
  const copied = new Set<string>();
  /** The offer appears three seconds later. */
  const copyLink = async () => {
    const said = 'The sign-in page of repositories hasn’t opened in your browser';
    await scene.window.notification(said).waitFor();
    await scene.window.clickNotification(said, 'Copy Link');
    const link = await scene.window.clipboard((text) => text.includes('/sign-in/') && !copied.has(text));
    copied.add(link);
    return link;
  };

  it('continues from the card with a copied link, and the same call gets its result', async () => {
    const { chat, window } = scene;
    await scene.prompt('list my branches');
    const card = await chat.consentCard.text();
    if (editorUnderTest().showsCards) {
      // The address is the editor's as the browser sees it, not that of the machine that the editor runs on.
      const { host } = new URL(scene.editor.url);
      assert.ok(card.includes(`http://${host}/proxy/`), card);
      assert.ok(card.includes(`Open ${host}`), card);
    }

    const link = await withoutPopups(async () => {
      await chat.consentCard.open();
      return copyLink();
    });
    const open = async () => {
      const page = await window.page.context().newPage();
      await page.goto(link);
      return page;
    };
    // Both tabs continue the same sign-in, which has begun once.
    const [page, second] = await Promise.all([open(), open()]);
    await second.getByLabel('Email').waitFor();
    await second.close();
    await answer(page, window);
    assert.equal(scene.world.authorizationServer.eventsOf('registration').length, 1);
    await chat.waitForAnswer('Done: main');
    await scene.serversView.waitFor('repositories', alice.email);
  });

  it('on another machine ends with the pasted callback address', async () => {
    const { window, serversView } = scene;
    await scene.signOut('repositories');
    const elsewhere = await startBrowser();
    try {
      const link = await withoutPopups(async () => {
        await window.runAndPick('MCP OAuth: Sign In…', 'repositories');
        return copyLink();
      });
      const page = await elsewhere.context.newPage();
      await page.goto(link);
      await reachConsent(page);
      await page.getByRole('button', { name: 'Allow' }).click();
      // The page passes the response to an editor in the same browser, which has none.
      await page.getByText('You can close this page').waitFor();
      const address = page.url();

      await window.runCommand('MCP OAuth: Paste Callback Address…');
      await window.enter('Paste callback address', address.replace(/\bstate=[^&]+/, 'state=another'));
      await window.seeInQuickInput('doesn’t belong to a sign-in that is waiting');
      await window.enter('Paste callback address', address);
      await serversView.waitFor('repositories', alice.email);
    } finally {
      await elsewhere.close();
    }
  });
});

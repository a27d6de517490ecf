import assert from 'node:assert/strict';
import { alice } from '../demo/people.js';
import { Scene } from './scene.js';

describe('a server with metadata as in the article', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set({
      reportsMetadata: 'article',
      servers: (world) => ({ reports: { type: 'http', url: world.reports.url } }),
    });
  });
  after(() => scene.end());

  it('causes a warning in the card, and its summary comes with progress and the account', async () => {
    const { chat } = scene;
    await scene.prompt('write a summary of the week');
    const card = await chat.consentCard.text();
    assert.match(card, /(Nonstandard metadata|nonstandard)/);
    assert.ok(card.includes('read:report') && card.includes('tools:generate_summary'), card);
    await scene.consent();
    await chat.waitForAnswer('Done: Summary of the week');
    await chat.unfoldSteps();
    await chat.waitForAnswer(`generate_summary as ${alice.email}`);
  });

  it('causes a warning at a sign-in from the palette', async () => {
    const { window } = scene;
    await scene.signOut('reports');
    await scene.signIn('reports');
    const notification = window.notification(
      '"authorization_server" is used instead of "authorization_servers"',
    );
    await notification.waitFor();
  });
});

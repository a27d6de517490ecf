import assert from 'node:assert/strict';
import { alice } from '../demo/people.js';
import { waitForText } from '../host/screenshots.js';
import { insecureIssuer, startBrokenServers, type BrokenServers } from './brokenServers.js';
import { answer } from './userInBrowser.js';
import { Scene } from './scene.js';

const title = 'Add an MCP server';
/** Longest acceptable wait for a user, in milliseconds. */
const patience = 10_000;

/** The tests run in order: one address after another is typed, until one is right. */
describe('MCP OAuth: Add Server…', () => {
  let scene: Scene;
  let broken: BrokenServers;
  before(async () => {
    scene = await Scene.set({ servers: () => ({}) });
    broken = await startBrokenServers();
    await scene.window.runCommand('MCP OAuth: Add Server…');
  });
  after(async () => {
    await broken.close();
    await scene.end();
  });

  it('reports a malformed address before any request is sent', async () => {
    const { window } = scene;
    await window.type(title, 'not a url');
    await waitForText(window.page, [
      'Search the MCP registry for “not a url”…',
      '“not a url” is not a URL. To use an address instead, type all of it',
    ]);
  });

  const cases: {
    readonly what: string;
    readonly address: (servers: BrokenServers) => string;
    readonly says: (servers: BrokenServers, address: URL) => string;
  }[] = [
    {
      what: 'an unreachable address',
      address: ({ unreachable }) => unreachable,
      says: (_servers, { host }) => `${host} could not be reached: the connection was refused.`,
    },
    {
      what: 'a web page',
      address: ({ html }) => html,
      says: (_servers, { href }) => `${href} is not an MCP server: it returned text/html`,
    },
    {
      what: 'metadata that is not JSON',
      address: ({ metadataNotJson }) => metadataNotJson,
      says: (_servers, { origin }) =>
        `${origin}/.well-known/oauth-protected-resource/mcp returned text/plain instead of JSON.`,
    },
    {
      what: 'metadata of 2 MB',
      address: ({ metadataOf2MB }) => metadataOf2MB,
      says: (_servers, { origin }) =>
        `The response of ${origin}/.well-known/oauth-protected-resource/mcp is larger than the limit of 1 MiB.`,
    },
    {
      what: 'an http authorization server on another machine',
      address: ({ insecureAuthorizationServer }) => insecureAuthorizationServer,
      says: () =>
        `names the authorization server ${insecureIssuer}, which is neither https nor on this machine.`,
    },
    {
      what: 'metadata that redirects to another origin',
      address: ({ metadataRedirected }) => metadataRedirected,
      says: ({ elsewhere }) => `redirects to ${elsewhere.origin}/metadata, which is not followed.`,
    },
  ];
  for (const { what, address, says } of cases) {
    it(`reports the fault and its place in one sentence for ${what}`, async () => {
      const { window } = scene;
      const typed = address(broken);
      const since = Date.now();
      await window.enter(title, typed);
      const said = window.notification(says(broken, new URL(typed)));
      await said.waitFor({ timeout: patience });
      assert.ok(Date.now() - since < patience);
      assert.equal(await window.page.locator('.notification-list-item .codicon-error').count(), 1);
      // The editor loses a toast that appears while an earlier progress notification is still fading.
      await window.notification('Asking').waitFor({ state: 'detached' });
      await window.clickNotification(says(broken, new URL(typed)), 'Change Address');
    });
  }

  it('sends no request to the target of a redirect, and has saved nothing', async () => {
    assert.deepEqual(broken.elsewhere.requests, []);
    assert.deepEqual(await scene.editor.configured(), {});
  });

  it('shows what discovery found before it saves, and the saved server works', async () => {
    const { window, world, editor } = scene;
    await window.enter(title, world.repositories.url);
    await window.seeRow('Add this server');
    const found = await window.quickInputText();
    for (const named of [
      world.repositories.url,
      world.authorizationServer.issuer,
      'repo:read',
      'registered at the first sign-in',
    ]) {
      assert.ok(found.includes(named), `${named} is not shown: ${found}`);
    }
    assert.deepEqual(await editor.configured(), {});
    assert.deepEqual(world.authorizationServer.eventsOf('registration'), []);

    await window.pick('Add this server');
    await window.enter('Name the server', 'repositories');
    await window.notification('“repositories” was added.').waitFor();
    assert.deepEqual(await editor.configured(), {
      repositories: { type: 'http', url: world.repositories.url },
    });
    const page = await window.pageOpenedBy(() => window.clickNotification('was added', 'Sign In'));
    await answer(page, window);
    await window.statusItem(alice.email).waitFor();
    await scene.prompt('list my branches');
    await scene.chat.waitForAnswer('Done: main');
  });
});

describe('unusable entries of the setting', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set();
  });
  after(() => scene.end());

  it('are reported with field and fault, and the others work', async () => {
    const { window, serversView, editor, world } = scene;
    await editor.configure({ ...world.serverSettings(), mistyped: { type: 'http', url: 'nope' } });
    await window.notification('“mistyped” › url: “nope” is not a URL.').waitFor();
    await serversView.waitFor('mistyped', 'is not a URL');
    await serversView.waitFor('repositories', 'Not checked yet');
    await scene.signIn('repositories');
  });
});

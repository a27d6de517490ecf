import assert from 'node:assert/strict';
import { startBrowser, type Browser } from '../host/browser.js';
import { startAgentScene, type AgentScene } from '../relay/agentScene.js';

/** A name that its owner has pointed at this machine. */
const evil = 'evil.example';

describe('a page in a browser on this machine', () => {
  let scene: AgentScene;
  let browser: Browser;
  let key: string;
  before(async () => {
    scene = await startAgentScene();
    await scene.stage.signIn('repositories');
    key = (await scene.admit({ repositories: {} })).key.expose();
    browser = await startBrowser({
      flags: [
        `--host-resolver-rules=MAP ${evil} 127.0.0.1`,
        // This browser would ask the user first; not every one does.
        '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests',
      ],
    });
  });
  after(async () => {
    await browser.close();
    await scene.stage.close();
  });

  /** What a page at `origin` gets for a call of an agent's, whose key it has. */
  const callFrom = async (origin: string, target: string) => {
    const page = await browser.context.newPage();
    // What its server gave before the name was pointed here.
    const body = '<!doctype html><title>hello</title>';
    await page.route(`${origin}/`, (route) => route.fulfill({ contentType: 'text/html', body }));
    await page.goto(`${origin}/`);
    const got = await page.evaluate(
      async ([url, bearer]) => {
        const body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
        const headers = { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json' };
        return fetch(String(url), { method: 'POST', headers, body }).then(
          ({ status }) => status,
          () => 'nothing',
        );
      },
      [target, key],
    );
    await page.close();
    return got;
  };

  it('reaches no agent’s address by a name that was rebound to it: 403, though it has the key', async () => {
    const origin = `http://${evil}:${scene.settings.port}`;
    assert.equal(await callFrom(origin, `${origin}/agents/repositories/mcp`), 403);
  });

  it('reaches it from no other origin, though it has the key', async () => {
    assert.equal(await callFrom(`http://${evil}`, scene.url('repositories')), 'nothing');
  });
});

import assert from 'node:assert/strict';
import { startBrowser, type Browser } from '../host/browser.js';
import { startAgentScene, type AgentScene } from '../relay/agentScene.js';

/** A host name that an attacker has pointed at this machine. */
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
        // This browser would ask the user first, which not every browser does.
        '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests',
      ],
    });
  });
  after(async () => {
    await browser.close();
    await scene.stage.close();
  });

  /** Returns what a page at `origin` receives for an agent's call with a valid key. */
  const callFrom = async (origin: string, target: string) => {
    const page = await browser.context.newPage();
    // The response of the page's server before the name was pointed at this machine.
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

  it('gets a 403 from an agent’s address under a rebound name, even with the key', async () => {
    const origin = `http://${evil}:${scene.settings.port}`;
    assert.equal(await callFrom(origin, `${origin}/agents/repositories/mcp`), 403);
  });

  it("cannot call an agent's address from another origin, even with the key", async () => {
    assert.equal(await callFrom(`http://${evil}`, scene.url('repositories')), 'nothing');
  });
});

import assert from 'node:assert/strict';
import { ServerDecisions } from '../../src/broker/settings/serverDecisions.js';
import { UserQuestions } from '../../src/broker/signIn/userQuestions.js';
import { pkceFault } from '../../src/oauth/authorizationRequest.js';
import { authorizationServer } from '../oauth/signIn.js';
import { serverAt } from './brokerWindow.js';
import { MemoryMemory } from './memoryStores.js';

describe("the question about a provider's exception", () => {
  /** Returns the text of the editor's question. */
  const askedAbout = async (issuer: string, name: 'pkceNotAdvertised' | 'issuerMismatch') => {
    const said: string[] = [];
    const questions = {
      authorizationServer: () => Promise.resolve(undefined),
      clientId: () => Promise.resolve(undefined),
      acceptException: (_server: unknown, _name: unknown, fault: Error) => {
        said.push(fault.message);
        return Promise.resolve(false);
      },
    };
    const parts = { questions, decisions: new ServerDecisions(new MemoryMemory()) };
    const { signal } = new AbortController();
    const server = serverAt('https://mcp.example/mcp');
    const user = new UserQuestions(server, { wait: () => undefined }, parts, signal);
    const fault = pkceFault({ ...authorizationServer(issuer), code_challenge_methods_supported: [] });
    assert.ok(fault !== undefined);
    assert.equal(await user.accepts(name, issuer, fault), false);
    return said;
  };

  it('states that the provider is known for it', async () => {
    const issuer = 'https://login.microsoftonline.com/0f1e2d3c/v2.0';
    assert.deepEqual(await askedAbout(issuer, 'pkceNotAdvertised'), [
      `${issuer} does not advertise PKCE (S256) to protect the sign-in. This is known behavior of Microsoft Entra ID.`,
    ]);
  });

  it('does not state that for another rule or another provider', async () => {
    for (const [issuer, name] of [
      ['https://login.microsoftonline.com/0f1e2d3c/v2.0', 'issuerMismatch'],
      ['https://as.example', 'pkceNotAdvertised'],
    ] as const) {
      const [said = ''] = await askedAbout(issuer, name);
      assert.doesNotMatch(said, /known/);
    }
  });
});

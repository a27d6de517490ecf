import assert from 'node:assert/strict';
import { honestMetadata, metadataOfIssuer, ScriptedInternet } from './scriptedInternet.js';
import { Victim } from './victim.js';

/** An authorization endpoint that runs something instead of showing a page (RFC 9700 §2.6; MCP, “Security”). */
describe('attack: scheme of the authorization endpoint', () => {
  for (const [attack, authorization_endpoint] of [
    ['a script', 'javascript:alert(document.domain)//as.example/authorize'],
    ['a script in other letters', ' JaVaScRiPt:alert(1)'],
    ['a page within the address', 'data:text/html,<script>alert(1)</script>'],
    ['a file', 'file:///etc/passwd'],
    ['a command of the editor', 'command:workbench.action.terminal.new'],
    ['the editor’s own scheme', 'vscode://vendor.extension/run'],
    ['another program’s scheme', 'ms-msdt:/id%20PCWDiagnostic'],
    ['a network share', 'smb://evil.example/share'],
    ['what a page left behind', 'blob:https://as.example/1'],
    ['no protection', 'http://as.example/authorize'],
  ] satisfies [string, string][]) {
    it(`${attack} → insecureAddress, and the browser is sent nowhere`, async () => {
      const internet = new ScriptedInternet();
      internet.publish(metadataOfIssuer, honestMetadata({ authorization_endpoint }));
      const { attempt, sentTo } = await new Victim(internet).begin();
      assert.equal(sentTo, undefined);
      const outcome = await attempt.outcome;
      assert.ok(outcome.kind === 'failed');
      assert.equal(outcome.error.code, 'insecureAddress', outcome.error.message);
      assert.equal(outcome.error.details.field, 'authorization_endpoint');
    });
  }
});

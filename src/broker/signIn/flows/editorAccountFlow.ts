import { askedScopes } from '../../settings/signInPolicy.js';
import type { LaunchVisit } from '../../ports.js';
import { askEditor } from '../../tokens/editorAccountTokens.js';
import { completeSignIn } from '../completeSignIn.js';
import type { FlowAttempt, FlowSupport } from './signInFlow.js';

/** A sign-in with an account of the editor's, which asks the user itself. */
export class EditorAccountFlow {
  static readonly supports: FlowSupport = { editorAccounts: true, deviceEndpointOnly: false };

  constructor(private readonly attempt: FlowAttempt) {}

  /** The user has agreed in their browser, and the editor asks for the account: the page shows that, and the end. */
  async visited(visit: LaunchVisit): Promise<void> {
    const { name } = this.attempt.server;
    visit.wait(`Signing in to ${name}`, 'The editor asks you for the account. Return to the editor.');
    // The attempt may end before the editor's question does.
    void this.run();
    const outcome = await this.attempt.outcome;
    if (outcome.kind === 'signedIn') visit.explain(`Signed in to ${name}`, 'You can close this page.');
    else visit.explain(`Not signed in to ${name}`, 'The editor shows the reason.');
  }

  async run(): Promise<void> {
    const { attempt } = this;
    const { server, request, parts } = attempt;
    try {
      attempt.enter('preparing');
      const found = await attempt.discover(); // steps 1–5a
      attempt.enter('waitingForConsent');
      const received = await askEditor(server, found, askedScopes(found, request), parts.editorAccounts);
      if (received === undefined) attempt.decline('No account was selected in the editor.');
      else await completeSignIn(received, attempt);
    } catch (error) {
      attempt.fail(error);
    }
  }
}

import { defined } from '../../base/defined.js';
import * as vscode from 'vscode';
import { consentReport, type RecentCalls } from '../../broker/status/consentReport.js';
import type { EditorServerSettings } from '../settings/serverSettings.js';
import type { ServerStatuses } from '../views/serverStatuses.js';
import { noServerCalled, textOf } from './toolInput.js';

/** The number of calls that are reported for each server, if calls are recorded. */
const callsEach = 3;
/** The number of calls that are reported if the model requested one server by name. */
const callsOfOne = 10;

/**
 * `#mcpConsent`: reports the consent of each server, so that the model can answer questions and plan calls.
 * It only reads stored data: it sends no request and asks the user nothing.
 */
export class ConsentStatusTool implements vscode.LanguageModelTool<object> {
  constructor(
    private readonly statuses: { readonly all: ServerStatuses['all'] },
    private readonly settings: EditorServerSettings,
    private readonly clock: { now(): number },
    private readonly calls?: RecentCalls,
  ) {}

  prepareInvocation(): vscode.PreparedToolInvocation {
    return { invocationMessage: vscode.l10n.t('Reading MCP sign-in statuses') };
  }

  async invoke({ input }: { readonly input: object }): Promise<vscode.LanguageModelToolResult> {
    const name = textOf(input, 'server');
    const all = await this.statuses.all();
    const chosen = name === undefined ? all : all.filter(({ server }) => server.name === name);
    if (name !== undefined && chosen.length === 0) {
      return result(
        noServerCalled(
          name,
          all.map(({ server }) => server.name),
        ),
      );
    }
    const limit = name === undefined ? callsEach : callsOfOne;
    const servers = await Promise.all(
      chosen.map(async ({ server, status, displacedBy }) =>
        defined({
          status,
          displacedBy,
          calls: (await this.calls?.recent(server.url, limit)) ?? [],
        }),
      ),
    );
    const unreadable = name === undefined ? this.settings.problems.map((problem) => problem.server) : [];
    return result(consentReport(servers, unreadable, this.clock.now()));
  }
}

function result(text: string): vscode.LanguageModelToolResult {
  return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
}

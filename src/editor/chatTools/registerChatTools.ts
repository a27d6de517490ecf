import * as vscode from 'vscode';
import type { RecentCalls } from '../../broker/status/consentReport.js';
import type { Clock, Disposable } from '../../broker/ports.js';
import { registerChatTool } from '../editorFeatures.js';
import type { EditorServerSettings } from '../serverSettings.js';
import { ConsentStatusTool } from './consentStatusTool.js';
import { SignInTool, type SignInToolParts } from './signInTool.js';

export interface ChatToolParts extends SignInToolParts {
  readonly settings: Pick<EditorServerSettings, 'problems'>;
  readonly clock: Clock;
  /** The record of calls, where one is kept. */
  readonly calls?: RecentCalls;
}

/** Registers the tools that package.json contributes to every model's chat. */
export function registerChatTools(parts: ChatToolParts): Disposable {
  const { statuses, settings, clock, calls } = parts;
  return vscode.Disposable.from(
    registerChatTool('mcpConsent', new ConsentStatusTool(statuses, settings, clock, calls)),
    registerChatTool('mcpSignIn', new SignInTool(parts)),
  );
}

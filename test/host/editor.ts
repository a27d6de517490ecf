import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A VS Code that the tests run in, served by code-server. */
export interface Editor {
  /** Absolute path of code-server's `out/node/entry.js`. */
  readonly entry: string;
  /** Absolute path of its Node. */
  readonly node: string;
  /** Version of VS Code, such as `1.103.2`. */
  readonly version: string;
  /**
   * Whether Copilot Chat is built in. Earlier versions get it from the Marketplace, which the tests do not
   * use.
   */
  readonly hasCopilotChat: boolean;
  /** Whether the chat shows a link of a URL elicitation. The client supports it since VS Code 1.107. */
  readonly showsCards: boolean;
}

/**
 * Returns the editor that the command was started for.
 *
 * @throws Error if none is named
 */
export function editorUnderTest(): Editor {
  return editorNamedBy('CODE_SERVER');
}

/**
 * Returns the oldest editor, as `engines.vscode` in package.json names it.
 *
 * @throws Error if none is named
 */
export function oldestEditor(): Editor {
  return editorNamedBy('OLDEST_CODE_SERVER');
}

/** Returns environment variables that make it the editor under test of a child process. */
export function environmentOf({ entry, node }: Editor): NodeJS.ProcessEnv {
  return { CODE_SERVER_ENTRY: entry, CODE_SERVER_NODE: node };
}

function editorNamedBy(prefix: string): Editor {
  const entry = process.env[`${prefix}_ENTRY`];
  if (entry === undefined)
    throw new Error(`${prefix}_ENTRY is not set: start this through npm run demo or npm test`);
  const root = path.resolve(path.dirname(entry), '..', '..');
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  const minor = Number(version.split('.')[1]);
  return {
    entry,
    node: process.env[`${prefix}_NODE`] ?? process.execPath,
    // code-server 4.N.P is VS Code 1.N.P.
    version: version.replace(/^4\./, '1.'),
    showsCards: minor >= 107,
    hasCopilotChat: existsSync(path.join(root, 'lib', 'vscode', 'extensions', 'copilot')),
  };
}

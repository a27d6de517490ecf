import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { Redacted } from '../../base/redacted.js';
import type { AssertionFiles } from '../ports.js';
import type { AssertionSource } from './assertionSource.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/**
 * The workload's assertion in the file that a server's entry names, such as a projected service account token.
 * Its platform renews the file, so it is read at each grant.
 */
export class AssertionInFile implements AssertionSource {
  /** @param note where the files are, as a sentence, where that may not be where the user has them */
  constructor(
    private readonly files: AssertionFiles,
    private readonly note?: string,
  ) {}

  /** @throws OAuthFlowError `assertionRequired`, saying what is wrong with the file */
  async read({ name, oauth }: ServerConfig): Promise<Redacted | undefined> {
    const { assertionFile } = oauth;
    if (assertionFile === undefined) throw noAssertionFile(name);
    const found = await this.files.read(assertionFile);
    if (found.kind === 'text' && found.text.trim() !== '') return new Redacted(found.text.trim());
    throw new OAuthFlowError(
      'assertionRequired',
      `The workload's assertion for “${name}” is not available: ${problemOf(found, assertionFile)}.${this.note === undefined ? '' : ` ${this.note}`}`,
      {
        field: 'oauth.assertionFile',
        fix: 'Check the path, and make sure that this process can read the file.',
      },
    );
  }
}

/** What the settings of a server used with a workload's identity lack. */
export function noAssertionFile(server: string): OAuthFlowError {
  return new OAuthFlowError(
    'assertionRequired',
    `“${server}” is used with a workload's identity, but its settings do not name the assertion file.`,
    {
      field: 'oauth.assertionFile',
      fix: 'Set oauth.assertionFile to the path of the file that holds the assertion.',
    },
  );
}

function problemOf(found: Awaited<ReturnType<AssertionFiles['read']>>, path: string): string {
  switch (found.kind) {
    case 'text':
      return `${path} is empty`;
    case 'variableUnset':
      return `the environment variable ${found.variable} is not set in this process`;
    case 'notAbsolute':
      return `${path} is not an absolute path`;
    case 'missing':
      return `the file ${path} does not exist`;
    case 'unreadable':
      return `this process is not allowed to read ${path}`;
    case 'noAssertion':
      return `${path} is not a file that can contain an assertion`;
  }
}

import { assertionUnavailable, noAssertionFile } from './grantErrors.js';
import type { AssertionFiles } from '../ports.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import { Redacted } from '../../base/redacted.js';

/** The source of a workload's signed assertion (RFC 7523 §2.1): a file or a variable that its platform renews. */
export interface AssertionSource {
  /** Reads the assertion each time, because the last one may have expired. Undefined if there is none. */
  read(server: ServerConfig): Promise<Redacted | undefined>;
}

/**
 * The workload's assertion in the file that a server's entry names, such as a projected service account token.
 * Its platform renews the file, so it is read at each grant.
 */
export class AssertionInFile implements AssertionSource {
  /** @param note a sentence about the machine that has the files, if it may not be the user's */
  constructor(
    private readonly files: AssertionFiles,
    private readonly note?: string,
  ) {}

  /** @throws OAuthFlowError `assertionRequired`, with the fault of the file */
  async read({ name, oauth }: ServerConfig): Promise<Redacted | undefined> {
    const { assertionFile } = oauth;
    if (assertionFile === undefined) throw noAssertionFile(name);
    const found = await this.files.read(assertionFile);
    if (found.kind === 'text' && found.text.trim() !== '') return new Redacted(found.text.trim());
    throw assertionUnavailable(name, problemOf(found, assertionFile), this.note);
  }
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

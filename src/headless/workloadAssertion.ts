import { AssertionInFile, type AssertionSource } from '../broker/tokens/assertionFile.js';
import { MachineAssertionFiles } from '../node/assertionFiles.js';
import { Redacted } from '../base/redacted.js';

/** Larger is no assertion; in characters. */
const longest = 64 * 1024;

/** An assertion in a file that the platform renews, such as a projected service account token, for every server. */
export function assertionInFile(path: string): AssertionSource {
  const source = new AssertionInFile(new MachineAssertionFiles());
  return { read: (server) => source.read({ ...server, oauth: { ...server.oauth, assertionFile: path } }) };
}

/** An assertion in an environment variable. */
export function assertionInVariable(
  name: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): AssertionSource {
  return { read: () => Promise.resolve(assertionOf(environment[name])) };
}

function assertionOf(text: string | undefined): Redacted | undefined {
  const assertion = text?.trim();
  return assertion === undefined || assertion === '' || assertion.length > longest
    ? undefined
    : new Redacted(assertion);
}

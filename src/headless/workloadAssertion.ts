import { readFile } from 'node:fs/promises';
import type { AssertionSource } from '../broker/ports.js';
import { OAuthFlowError } from '../oauth/oauthFlowError.js';
import { Redacted } from '../oauth/redacted.js';

/** Larger is no assertion; in characters. */
const longest = 64 * 1024;

/** An assertion in a file that the platform renews, such as a projected service account token. */
export function assertionInFile(path: string): AssertionSource {
  return {
    read: async () => {
      try {
        return assertionOf(await readFile(path, 'utf8'));
      } catch {
        throw new OAuthFlowError(
          'assertionRequired',
          "The file with the workload's assertion cannot be read.",
          {
            fix: 'Check the path, and that this process may read it.',
          },
        );
      }
    },
  };
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

import { format } from 'node:util';
import type * as oidcProvider from 'oidc-provider';

/**
 * Loads `oidc-provider` and passes on everything it prints but its notices for operators: it writes one to
 * the console as it is imported under a Node version that it does not support officially.
 */
export async function loadOidcProvider(): Promise<typeof oidcProvider> {
  const warn = console.warn;
  console.warn = (...line: unknown[]) => {
    if (!format(...line).includes('oidc-provider WARNING: Unsupported runtime')) warn(...line);
  };
  try {
    return await import('oidc-provider');
  } finally {
    console.warn = warn;
  }
}

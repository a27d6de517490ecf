import { format } from 'node:util';
import type * as oidcProvider from 'oidc-provider';

/**
 * Loads `oidc-provider` without its notices for operators: it prints one on import under a Node version
 * that it does not officially support.
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

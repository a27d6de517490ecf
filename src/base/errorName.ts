/**
 * What an unforeseen error goes by in a log or a sentence: the system's code where it has one (`EACCES`), else
 * its class. Never its message, which can hold anything.
 */
export function errorName(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : error.name;
}

/**
 * The name of an unexpected error for a log or a sentence: the system's code if it has one (`EACCES`), otherwise its
 * class. The message is never used, because it can contain anything.
 */
export function errorName(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : error.name;
}

import { rename } from 'node:fs/promises';

/** Other programs hold a file for a moment (indexers, virus scanners), and Windows then refuses to replace it. */
const tries = 10;
/** Milliseconds between them. */
const pause = 20;
const heldByAnother = ['EPERM', 'EACCES', 'EBUSY'];

/** Puts a file in another's place at once: whoever reads sees the old one or the new one, never half of it. */
export async function replaceFile(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (attempt === tries || !heldByAnother.some((code) => isCode(error, code))) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Whether it is the system's error of this code, such as `ENOENT`. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

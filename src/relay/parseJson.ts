/** @returns undefined for what is no JSON, and for null, of which nothing can be read either */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}

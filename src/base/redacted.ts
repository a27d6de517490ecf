const inspect = Symbol.for('nodejs.util.inspect.custom');

/**
 * A secret string (token, code, verifier, key) that cannot be printed by accident: every way of turning it
 * into text yields `[redacted]`. Only {@link Redacted.expose} gives the value.
 */
export class Redacted {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The secret itself, for the one place that must send or seal it. */
  expose(): string {
    return this.#value;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [inspect](): string {
    return '[redacted]';
  }
}

/** Text of a server's, which some repeat secrets in, without these. */
export function withoutSecrets(text: string, secrets: readonly (Redacted | undefined)[]): string {
  return secrets.reduce((said, secret) => {
    const value = secret?.expose() ?? '';
    return value === '' ? said : said.replaceAll(value, '[redacted]');
  }, text);
}

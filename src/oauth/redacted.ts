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

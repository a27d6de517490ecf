import { isObject, stringArray } from '../../oauth/jsonAnswer.js';
import { Redacted } from '../../oauth/redacted.js';
import type { TokenSet } from '../../oauth/tokenSet.js';
import type { Credential } from './credential.js';

/*
 * A token of the editor's own account is lent: no record holds it. What is stored of such a sign-in is whose it is
 * and what it may do, and a credential read from there has to be given a token before its first use.
 */

/** A credential as its record has it: at the end of its life. */
export function withoutLentToken(credential: Credential): Credential {
  return { ...credential, tokens: noToken(credential.tokens.scopes) };
}

export function hasLentToken({ tokens }: Credential): boolean {
  return tokens.accessToken.expose() !== '';
}

/** What a record says in place of tokens. */
export function lentTokenRecord({ scopes }: TokenSet): { readonly scopes: readonly string[] } {
  return { scopes };
}

/** @throws Error where the record is none */
export function lentTokenFromRecord(record: unknown): TokenSet {
  const scopes = isObject(record) ? stringArray(record['scopes']) : undefined;
  if (scopes === undefined) throw new Error('unknown record');
  return noToken(scopes);
}

/** The tokens in use here, by the record's name: as long as a sign-in is the same one, its record says nothing against them. */
export class LentTokens {
  readonly #inUse = new Map<string, Credential>();

  /** Remembers what was just stored. */
  keep(name: string, credential: Credential | undefined): void {
    if (credential?.grant === 'editorAccount' && hasLentToken(credential)) {
      this.#inUse.set(name, credential);
    } else this.#inUse.delete(name);
  }

  /** Gives a credential that was read from its record the token it has here. */
  withToken(name: string, credential: Credential | undefined): Credential | undefined {
    if (credential?.grant !== 'editorAccount') return credential;
    const lent = this.#inUse.get(name);
    const isSame =
      lent?.id === credential.id && String(lent.tokens.scopes) === String(credential.tokens.scopes);
    return isSame ? { ...credential, tokens: lent.tokens, obtainedAt: lent.obtainedAt } : credential;
  }

  clear(): void {
    this.#inUse.clear();
  }
}

function noToken(scopes: readonly string[]): TokenSet {
  return { accessToken: new Redacted(''), tokenType: 'Bearer', expiresAt: 0, scopes };
}

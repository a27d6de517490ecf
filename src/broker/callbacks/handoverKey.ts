import { compactDecrypt, CompactEncrypt, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';

/** RFC 7518 §4.6, §5.3: a fresh key for each text, agreed on with the one key that opens it. */
const algorithms = { alg: 'ECDH-ES', enc: 'A256GCM' } as const;

/**
 * The key of one window for what others seal to it (RFC 7516), kept in its memory alone: windows that share no secret
 * can hand each other one.
 */
export class HandoverKey {
  private constructor(
    private readonly privateKey: CryptoKey,
    readonly publicKey: JWK,
  ) {}

  static async make(): Promise<HandoverKey> {
    const { privateKey, publicKey } = await generateKeyPair(algorithms.alg, { crv: 'P-256' });
    return new HandoverKey(privateKey, await exportJWK(publicKey));
  }

  /** @throws if it was sealed to another key or under another name */
  async open(sealed: string, name: string): Promise<string> {
    const { plaintext, protectedHeader } = await compactDecrypt(sealed, this.privateKey, {
      keyManagementAlgorithms: [algorithms.alg],
      contentEncryptionAlgorithms: [algorithms.enc],
    });
    if (protectedHeader.kid !== name) throw new Error('It was encrypted under another name.');
    return new TextDecoder().decode(plaintext);
  }
}

/**
 * @param publicKey of the window that is to open it
 * @param name what the text is, which it is bound to; anybody may read it
 * @returns a text that one key alone opens, and anybody may read
 * @throws if `publicKey` is none, as another window may have written anything
 */
export async function sealTo(publicKey: JWK, text: string, name: string): Promise<string> {
  const key = await importJWK({ ...publicKey, alg: algorithms.alg });
  return new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({ ...algorithms, kid: name })
    .encrypt(key);
}

import { isObject } from '../../oauth/jsonAnswer.js';

const curve = { name: 'ECDH', namedCurve: 'P-256' } as const;
const purpose = 'MCP OAuth Broker: callback for another window';

/** A text that one key alone opens; all of it may be read by anybody. Bytes are hexadecimal. */
export interface SealedText {
  readonly ephemeralKey: JsonWebKey;
  readonly nonce: string;
  readonly sealed: string;
}

/**
 * The key of one window for what others seal to it, kept in its memory alone: windows that share no secret can
 * hand each other one. Each text is sealed with a key of its own, by ECDH on P-256, HKDF-SHA-256 and AES-256-GCM.
 */
export class HandoverKey {
  private constructor(
    private readonly privateKey: CryptoKey,
    readonly publicKey: JsonWebKey,
  ) {}

  static async make(): Promise<HandoverKey> {
    const { privateKey, publicKey } = await crypto.subtle.generateKey(curve, false, ['deriveBits']);
    return new HandoverKey(privateKey, await crypto.subtle.exportKey('jwk', publicKey));
  }

  /** @throws if it was sealed to another key or under another name */
  async open({ ephemeralKey, nonce, sealed }: SealedText, name: string): Promise<string> {
    const key = await sharedKey(await imported(ephemeralKey), this.privateKey);
    return new TextDecoder().decode(
      await crypto.subtle.decrypt(parameters(fromHex(nonce), name), key, fromHex(sealed)),
    );
  }
}

/**
 * @param publicKey of the window that is to open it
 * @param name what the text is, which it is bound to
 */
export async function sealTo(publicKey: JsonWebKey, text: string, name: string): Promise<SealedText> {
  const ephemeral = await crypto.subtle.generateKey(curve, false, ['deriveBits']);
  const key = await sharedKey(await imported(publicKey), ephemeral.privateKey);
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt(parameters(nonce, name), key, new TextEncoder().encode(text));
  return {
    ephemeralKey: await crypto.subtle.exportKey('jwk', ephemeral.publicKey),
    nonce: toHex(nonce),
    sealed: toHex(new Uint8Array(sealed)),
  };
}

/** Whether a value that another window wrote has the form of a sealed text. */
export function isSealedText(value: unknown): value is SealedText {
  return (
    isObject(value) &&
    isObject(value['ephemeralKey']) &&
    typeof value['nonce'] === 'string' &&
    typeof value['sealed'] === 'string'
  );
}

function parameters(nonce: Uint8Array<ArrayBuffer>, name: string): AesGcmParams {
  return { name: 'AES-GCM', iv: nonce, additionalData: new TextEncoder().encode(name) };
}

function imported(publicKey: JsonWebKey): Promise<CryptoKey> {
  return crypto.subtle.importKey('jwk', publicKey, curve, false, []);
}

async function sharedKey(theirs: CryptoKey, ours: CryptoKey): Promise<CryptoKey> {
  const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, ours, 256);
  const material = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info: new TextEncoder().encode(purpose) },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/[\da-f]{2}/g) ?? [], (pair) => parseInt(pair, 16));
}

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { JSONRPCRequest } from '@modelcontextprotocol/sdk/types.js';
import type { Redacted } from '../oauth/redacted.js';

/** Lengths of AES-GCM's nonce and tag, in bytes. */
const nonceLength = 12;
const tagLength = 16;
/** Longest `initialize` that is sealed, in characters: an id goes with every request, as a header. */
const longest = 3_000;

/** Whose session it is, and where. */
export interface SessionOwner {
  readonly callerId: string;
  readonly serverUrl: string;
}

/**
 * Session ids that say to every window of the person, and to nobody else, how the session began: a window
 * that takes the place of one that has gone goes on with it. Few clients begin a session anew at a 404, as
 * they should (MCP 2025-11-25, Session Management).
 */
export class SessionSeal {
  readonly #key: Buffer;

  /** @param secret what the windows of one person share */
  constructor(secret: Redacted) {
    this.#key = Buffer.from(hkdfSync('sha256', secret.expose(), '', 'sessions of agents', 32));
  }

  /** @returns undefined where the caller said so much that the id would be too long */
  seal(owner: SessionOwner, initialize: JSONRPCRequest): string | undefined {
    const text = JSON.stringify(initialize);
    if (text.length > longest) return undefined;
    const nonce = randomBytes(nonceLength);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(boundTo(owner));
    const sealed = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return Buffer.concat(sealed).toString('base64url');
  }

  /** @returns the `initialize` that the session began with; undefined for what is no id of this owner's */
  open(owner: SessionOwner, id: string): JSONRPCRequest | undefined {
    const bytes = Buffer.from(id, 'base64url');
    // Written in one way only: what differs is another id.
    if (bytes.length <= nonceLength + tagLength || bytes.toString('base64url') !== id) return undefined;
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, nonceLength))
        .setAAD(boundTo(owner))
        .setAuthTag(bytes.subarray(-tagLength));
      const text = [decipher.update(bytes.subarray(nonceLength, -tagLength)), decipher.final()];
      return JSON.parse(Buffer.concat(text).toString()) as JSONRPCRequest;
    } catch {
      return undefined;
    }
  }
}

function boundTo({ callerId, serverUrl }: SessionOwner): Buffer {
  return Buffer.from(JSON.stringify([callerId, serverUrl]));
}

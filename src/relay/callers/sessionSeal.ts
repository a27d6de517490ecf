import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { JSONRPCRequest, RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { Redacted } from '../../base/redacted.js';

/** The lengths of AES-GCM's nonce and tag, in bytes. */
const nonceLength = 12;
const tagLength = 16;
/** The longest text that is sealed, in characters, because the ID is a header of every request. */
const longest = 3_000;

/** The caller that a session belongs to, and its server. */
export interface SessionOwner {
  readonly callerId: string;
  readonly serverUrl: string;
}

/** A request to which a window has not responded yet. */
export interface OwedRequest {
  readonly id: RequestId;
  /** The called tool; absent if the request calls none. */
  readonly tool?: string | undefined;
}

/** The purpose of a sealed ID; an ID that was sealed for one purpose cannot be opened for another. */
type Purpose = 'session' | 'request';

/**
 * Creates encrypted IDs that contain how a session started or which request a stream belongs to. Every window
 * of the user, but no other process, can read them, so that a window can continue the sessions of a window
 * that has closed. This is necessary because few clients start a new session after a 404 response, as they
 * should (MCP 2025-11-25, Session Management).
 */
export class SessionSeal {
  readonly #key: Buffer;

  /** @param secret the secret that the windows of one user share */
  constructor(secret: Redacted) {
    this.#key = Buffer.from(hkdfSync('sha256', secret.expose(), '', 'sessions of agents', 32));
  }

  /** @returns undefined if the caller's `initialize` is so long that the ID would be too long */
  seal(owner: SessionOwner, initialize: JSONRPCRequest): string | undefined {
    return this.#seal('session', owner, initialize);
  }

  /**
   * @returns the `initialize` with which the session started; undefined if the ID is not one of this owner
   */
  open(owner: SessionOwner, id: string): JSONRPCRequest | undefined {
    return this.#open('session', owner, id) as JSONRPCRequest | undefined;
  }

  /** Returns an ID for the events of a stream that responds to one request. */
  sealRequest(owner: SessionOwner, request: OwedRequest): string | undefined {
    return this.#seal('request', owner, request);
  }

  openRequest(owner: SessionOwner, eventId: string): OwedRequest | undefined {
    return this.#open('request', owner, eventId) as OwedRequest | undefined;
  }

  #seal(purpose: Purpose, owner: SessionOwner, value: object): string | undefined {
    const text = JSON.stringify(value);
    if (text.length > longest) return undefined;
    const nonce = randomBytes(nonceLength);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(boundTo(purpose, owner));
    const sealed = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return Buffer.concat(sealed).toString('base64url');
  }

  #open(purpose: Purpose, owner: SessionOwner, id: string): unknown {
    const bytes = Buffer.from(id, 'base64url');
    // Each ID has only one valid encoding; any other text is not this ID.
    if (bytes.length <= nonceLength + tagLength || bytes.toString('base64url') !== id) return undefined;
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, nonceLength))
        .setAAD(boundTo(purpose, owner))
        .setAuthTag(bytes.subarray(-tagLength));
      const text = [decipher.update(bytes.subarray(nonceLength, -tagLength)), decipher.final()];
      return JSON.parse(Buffer.concat(text).toString());
    } catch {
      return undefined;
    }
  }
}

function boundTo(purpose: Purpose, { callerId, serverUrl }: SessionOwner): Buffer {
  return Buffer.from(JSON.stringify([purpose, callerId, serverUrl]));
}

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { JSONRPCRequest, RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { Redacted } from '../../base/redacted.js';

/** Lengths of AES-GCM's nonce and tag, in bytes. */
const nonceLength = 12;
const tagLength = 16;
/** The most that is sealed, in characters: an id goes with every request, as a header. */
const longest = 3_000;

/** The caller that a session belongs to, and its server. */
export interface SessionOwner {
  readonly callerId: string;
  readonly serverUrl: string;
}

/** A request that a window has not responded to yet. */
export interface OwedRequest {
  readonly id: RequestId;
  /** Absent if the request calls no tool. */
  readonly tool?: string | undefined;
}

/** What an id was sealed for; an id of one purpose is never opened as one of the other. */
type Purpose = 'session' | 'request';

/**
 * Ids from which every window of the user, and no other process, reads how a session began and which request a
 * stream belongs to, so that a window can continue the sessions of one that has ended. Few clients begin a new
 * session at a 404, as they should (MCP 2025-11-25, Session Management).
 */
export class SessionSeal {
  readonly #key: Buffer;

  /** @param secret what the windows of one user share */
  constructor(secret: Redacted) {
    this.#key = Buffer.from(hkdfSync('sha256', secret.expose(), '', 'sessions of agents', 32));
  }

  /** @returns undefined if the caller sent so much that the id would be too long */
  seal(owner: SessionOwner, initialize: JSONRPCRequest): string | undefined {
    return this.#seal('session', owner, initialize);
  }

  /** @returns the `initialize` that the session began with; undefined if this is not an id of this owner */
  open(owner: SessionOwner, id: string): JSONRPCRequest | undefined {
    return this.#open('session', owner, id) as JSONRPCRequest | undefined;
  }

  /** An id for the events of a stream that answers one request. */
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
    // There is one way to write an id; any other text is a different id.
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

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isLoopbackAuthority } from '../../loopback/httpListener.js';
import type { AskingAgent } from '../../broker/agents/agentConsents.js';
import type { CallerKind } from '../../broker/calls/callRecord.js';
import { Redacted } from '../../base/redacted.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { CallerPolicy } from './callerPolicy.js';
import type { SessionSeal } from './sessionSeal.js';

/** A caller's place among the others. */
export interface CallerLimits {
  /** @returns what to call when the request has its response; undefined if too many requests wait for theirs */
  begin(): (() => void) | undefined;
  /** @returns what to call when the stream has ended; undefined if too many are open */
  beginStream(): (() => void) | undefined;
}

/** A caller and the server that it may call: the editor calls any, the key of another caller opens one. */
export interface Caller {
  /** Sessions belong to the caller that began them; this tells callers apart. */
  readonly id: string;
  readonly kind: CallerKind;
  /** The name that users know it by. */
  readonly name: string;
  readonly serverUrl?: string | undefined;
  /** The key of the account that it acts as; the account in use in this workspace if absent. */
  readonly account?: string | undefined;
  /** The agent, and what it may do at the server that it calls. */
  readonly agent?: AskingAgent & { readonly limits: CallerLimits };
  /** What holds for a caller that acts without its user; absent for the editor's own. */
  readonly policy?: CallerPolicy;
  /** For a caller that outlives the window that serves it. */
  readonly seal?: SessionSeal | undefined;
}

/** The editor's own MCP client. */
export const editorCaller: Caller = { id: 'editor', kind: 'editor', name: 'Editor' };

/**
 * What the editor starts on the user's behalf outside of itself, as the sessions of its agent host: the user's own
 * tools and rules, and never an agent with an admission. Each session names itself when it begins.
 */
export const agentHostCaller: Caller = { id: 'agentHost', kind: 'agentHost', name: 'Agent host' };

/** Every other extension that asks for a server and an account: the editor does not say which extension asks. */
export function extensionCaller({ url }: ServerConfig, account: string | undefined): Caller {
  return {
    id: `extension ${url} ${account ?? ''}`,
    kind: 'extension',
    name: 'Another extension',
    serverUrl: url,
    account,
  };
}

export type Admission =
  | { readonly kind: 'admitted'; readonly caller: Caller }
  | { readonly kind: 'refused'; readonly status: 403 | 404 };

interface Admitted {
  readonly digest: Buffer;
  readonly caller: Caller;
}

/**
 * Callers are admitted, not trusted for being local: any page in a browser and any process on this machine
 * can reach a loopback port. A wrong key and a wrong path look the same.
 */
export class CallerAdmission {
  readonly #admitted = new Map<string, Admitted>();

  /** A fresh 256-bit key for a caller; an earlier key of the same caller stops working. */
  issueKey(caller: Caller): Redacted {
    const key = randomBytes(32).toString('base64url');
    this.#admitted.set(caller.id, { digest: digestOf(key), caller });
    return new Redacted(key);
  }

  revokeKey(callerId: string): void {
    this.#admitted.delete(callerId);
  }

  /**
   * @param port the port that is listened on; the `Host` header must name it, so that a name that was
   * rebound to 127.0.0.1 is refused
   */
  admit(request: IncomingMessage, port: number): Admission {
    const { host, origin, authorization } = request.headers;
    if (!isLoopbackAuthority(host, port)) return { kind: 'refused', status: 403 };
    if (origin !== undefined && !isOwnOrigin(origin, port)) return { kind: 'refused', status: 403 };
    const key = /^Bearer +([\w-]+)$/i.exec(authorization ?? '')?.[1];
    if (key === undefined) return { kind: 'refused', status: 404 };
    const digest = digestOf(key);
    let found: Caller | undefined;
    // Every key is compared, in constant time, so that the time it takes reveals nothing.
    for (const admitted of this.#admitted.values()) {
      if (timingSafeEqual(admitted.digest, digest)) found = admitted.caller;
    }
    return found === undefined ? { kind: 'refused', status: 404 } : { kind: 'admitted', caller: found };
  }
}

function isOwnOrigin(origin: string, port: number): boolean {
  return origin === `http://127.0.0.1:${port}` || origin === `http://localhost:${port}`;
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

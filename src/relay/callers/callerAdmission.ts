import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isLoopbackAuthority } from '../../loopback/httpListener.js';
import type { AskingAgent } from '../../broker/agents/agentConsents.js';
import type { CallerKind } from '../../broker/calls/callRecord.js';
import { Redacted } from '../../base/redacted.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { CallerPolicy } from './callerPolicy.js';
import type { SessionSeal } from './sessionSeal.js';

/** The limits on a caller's concurrent requests and streams. */
export interface CallerLimits {
  /**
   * @returns a function to call when the request has its response; undefined if too many requests are running
   */
  begin(): (() => void) | undefined;
  /** @returns a function to call when the stream has ended; undefined if too many are open */
  beginStream(): (() => void) | undefined;
}

/**
 * A caller and the server that it may call: the editor may call any server, another caller's key is valid for
 * one.
 */
export interface Caller {
  /** Distinguishes callers, because a session belongs to the caller that started it. */
  readonly id: string;
  readonly kind: CallerKind;
  /** The name that is shown to users. */
  readonly name: string;
  readonly serverUrl?: string | undefined;
  /** The key of the caller's account; the account in use in this workspace if absent. */
  readonly account?: string | undefined;
  /** The agent, and its permissions at the called server. */
  readonly agent?: AskingAgent & { readonly limits: CallerLimits };
  /** The restrictions on a caller that acts without its user; absent for the editor's own calls. */
  readonly policy?: CallerPolicy;
  /** Encrypts session IDs, for a caller that outlives the window that serves it. */
  readonly seal?: SessionSeal | undefined;
}

/** The editor's own MCP client. */
export const editorCaller: Caller = { id: 'editor', kind: 'editor', name: 'Editor' };

/**
 * The processes that the editor starts on the user's behalf, such as the sessions of its agent host. They use
 * the user's own tools and rules, and are never agents with an admission. Each session provides its name when
 * it starts.
 */
export const agentHostCaller: Caller = { id: 'agentHost', kind: 'agentHost', name: 'Agent host' };

/**
 * Returns the caller for other extensions that request a server and an account: the editor does not report
 * which extension requests them.
 */
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
 * Admits callers by their keys. A local caller is not trusted, because any page in a browser and any process
 * on this machine can reach a loopback port. The responses to a wrong key and a wrong path are the same.
 */
export class CallerAdmission {
  readonly #admitted = new Map<string, Admitted>();

  /** Creates a 256-bit key for a caller, which invalidates an earlier key of the same caller. */
  issueKey(caller: Caller): Redacted {
    const key = randomBytes(32).toString('base64url');
    this.#admitted.set(caller.id, { digest: digestOf(key), caller });
    return new Redacted(key);
  }

  revokeKey(callerId: string): void {
    this.#admitted.delete(callerId);
  }

  /**
   * @param port the port that the relay listens on; the `Host` header must contain it, so that a name that
   *   was rebound to 127.0.0.1 is refused
   */
  admit(request: IncomingMessage, port: number): Admission {
    const { host, origin, authorization } = request.headers;
    if (!isLoopbackAuthority(host, port)) return { kind: 'refused', status: 403 };
    if (origin !== undefined && !isOwnOrigin(origin, port)) return { kind: 'refused', status: 403 };
    const key = /^Bearer +([\w-]+)$/i.exec(authorization ?? '')?.[1];
    if (key === undefined) return { kind: 'refused', status: 404 };
    const digest = digestOf(key);
    let found: Caller | undefined;
    // Every key is compared in constant time, so that the duration reveals nothing.
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

import type { VisitAuthorization } from '../../src/headless/directConsent.js';

/** The possible steps, in order. */
export const steps = ['sign in', 'call', 'step up', 'expire', 'refresh', 'reuse', 'revoke'] as const;
export type Step = (typeof steps)[number];

/** An MCP server and its authorization server, both running on loopback. */
export interface InteropServer {
  /** Address of the MCP server. */
  readonly url: string;
  /** A tool that the scopes of the first sign-in allow. */
  readonly readTool: string;
  /** A tool that needs more scopes. Absent if the server never requests a scope. */
  readonly write?: {
    readonly tool: string;
    readonly arguments: Record<string, unknown>;
    readonly scope: string;
  };
  /** The replacement for the user's browser. */
  readonly visit: VisitAuthorization;
  close(): Promise<void>;
}

/** An authorization server to test, with its known limitations. */
export interface InteropPeer {
  readonly name: string;
  /** Unsupported steps, each with a short reason. */
  readonly without: Partial<Record<Step, string>>;
  /** Its response to a used refresh token. */
  readonly reuse: 'refused' | 'accepted';
  /** Its handling of a refresh token at sign-out. */
  readonly revocation: 'revoked' | 'notOffered';
  /** @param accessTokenSeconds lifetime of an access token in seconds */
  start(accessTokenSeconds: number): Promise<InteropServer>;
}

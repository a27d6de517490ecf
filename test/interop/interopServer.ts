import type { VisitAuthorization } from '../../src/headless/directConsent.js';

/** What can be exercised, in the order in which it is. */
export const steps = ['sign in', 'call', 'step up', 'expire', 'refresh', 'reuse', 'revoke'] as const;
export type Step = (typeof steps)[number];

/** An MCP server, and the authorization server that it trusts, both running on loopback. */
export interface InteropServer {
  /** Address of the MCP server. */
  readonly url: string;
  /** A tool that the scopes of the first sign-in allow. */
  readonly readTool: string;
  /** One that needs more; absent if the server challenges for no scope. */
  readonly write?: {
    readonly tool: string;
    readonly arguments: Record<string, unknown>;
    readonly scope: string;
  };
  /** What takes the place of the user's browser. */
  readonly visit: VisitAuthorization;
  close(): Promise<void>;
}

/** An authorization server to try, and what it is known not to have. */
export interface InteropPeer {
  readonly name: string;
  /** Steps that cannot be taken with it, each with the reason in a few words. */
  readonly without: Partial<Record<Step, string>>;
  /** What it does to a refresh token that has been used before. */
  readonly reuse: 'refused' | 'accepted';
  /** What it does to a refresh token at sign-out. */
  readonly revocation: 'revoked' | 'notOffered';
  /** @param accessTokenSeconds how long an access token is to live */
  start(accessTokenSeconds: number): Promise<InteropServer>;
}

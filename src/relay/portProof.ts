import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Redacted } from '../oauth/redacted.js';

/** Which end of the connection proves itself, so that neither's proof serves as the other's. */
type Side = 'holder' | 'asker';

export const nonceHeader = 'mcp-oauth-broker-nonce';
export const proofHeader = 'mcp-oauth-broker-proof';
/** The port that the holder sees the connection come from; a tunnel between the two ends makes it another one. */
export const peerHeader = 'mcp-oauth-broker-peer';

export function newNonce(): string {
  return randomBytes(32).toString('base64url');
}

/** What a proof holds for, and for nothing else. */
export interface Proven {
  /** The port that is asked at. */
  readonly port: number;
  readonly nonce: unknown;
  /** What the holder says in {@link peerHeader}; an asker does not know it. */
  readonly peer?: unknown;
}

/**
 * Shows that a process knows what all windows of one user on one machine share, without showing what that is. It
 * holds at one port and for one connection only, so that a process at another port, or behind a tunnel, cannot pass
 * on what the real one answers.
 */
export function proofOf(side: Side, secret: Redacted, { port, nonce, peer = '' }: Proven): string {
  return createHmac('sha256', secret.expose())
    .update(`${side} ${port} ${String(nonce)} ${String(peer)}`)
    .digest('base64url');
}

export function isProof(proof: unknown, side: Side, secret: Redacted, proven: Proven): boolean {
  const { nonce } = proven;
  if (typeof proof !== 'string' || typeof nonce !== 'string' || nonce.length < 32) return false;
  const expected = Buffer.from(proofOf(side, secret, proven));
  const given = Buffer.from(proof);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

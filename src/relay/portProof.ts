import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Redacted } from '../oauth/redacted.js';

/** Which end of the connection proves itself, so that neither's proof serves as the other's. */
type Side = 'holder' | 'asker';

export const nonceHeader = 'mcp-oauth-broker-nonce';
export const proofHeader = 'mcp-oauth-broker-proof';

export function newNonce(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Shows that a process knows what all windows of one person share, without showing what that is. It holds at
 * one port only, so that a process at another port cannot pass on what the real one answers.
 */
export function proofOf(side: Side, secret: Redacted, port: number, nonce: string): string {
  return createHmac('sha256', secret.expose()).update(`${side} ${port} ${nonce}`).digest('base64url');
}

export function isProof(proof: unknown, side: Side, secret: Redacted, port: number, nonce: unknown): boolean {
  if (typeof proof !== 'string' || typeof nonce !== 'string' || nonce.length < 32) return false;
  const expected = Buffer.from(proofOf(side, secret, port, nonce));
  const given = Buffer.from(proof);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

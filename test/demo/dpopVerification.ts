import { calculateJwkThumbprint, EmbeddedJWK, errors, jwtVerify } from 'jose';
import { createHash } from 'node:crypto';

/** The request that a proof was sent with. */
export interface ProvenRequest {
  readonly method: string;
  /** The URL without its query. */
  readonly url: string;
  readonly token: string;
  /** The request's `DPoP` header. */
  readonly proof: string | undefined;
  /** The token's `cnf.jkt`. */
  readonly thumbprint: string | undefined;
}

export type DpopFault = 'use_dpop_nonce' | 'invalid_dpop_proof' | 'invalid_token';

/** Verifies the proofs sent to one resource server (RFC 9449 §4.3, §7.1, §9). */
export class DpopVerification {
  /** The nonce that proofs must contain. If undefined, none is required. */
  nonce: string | undefined;
  /** Accepted proofs, oldest first: the method, and the thumbprint of the key. */
  readonly proven: { readonly method: string; readonly thumbprint: string }[] = [];
  /** Refused proofs, oldest first. */
  readonly faults: DpopFault[] = [];
  readonly #seen = new Set<string>();

  async faultOf(request: ProvenRequest): Promise<DpopFault | undefined> {
    const fault = await this.#faultOf(request);
    if (fault !== undefined) this.faults.push(fault);
    return fault;
  }

  async #faultOf({ method, url, token, proof, thumbprint }: ProvenRequest): Promise<DpopFault | undefined> {
    if (thumbprint === undefined) return 'invalid_token';
    try {
      const { payload, protectedHeader } = await jwtVerify(proof ?? '', EmbeddedJWK, {
        typ: 'dpop+jwt',
        algorithms: ['ES256'],
        maxTokenAge: 60,
        requiredClaims: ['jti', 'htm', 'htu', 'iat', 'ath'],
      });
      const key = protectedHeader.jwk;
      if (key === undefined || 'd' in key) return 'invalid_dpop_proof';
      if (payload['htm'] !== method || payload['htu'] !== url) return 'invalid_dpop_proof';
      if (payload['ath'] !== createHash('sha256').update(token).digest('base64url')) {
        return 'invalid_dpop_proof';
      }
      if (this.nonce !== undefined && payload['nonce'] !== this.nonce) return 'use_dpop_nonce';
      if ((await calculateJwkThumbprint(key)) !== thumbprint) return 'invalid_token';
      if (payload.jti === undefined || this.#seen.has(payload.jti)) return 'invalid_dpop_proof';
      this.#seen.add(payload.jti);
      this.proven.push({ method, thumbprint });
      return undefined;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      return 'invalid_dpop_proof';
    }
  }
}

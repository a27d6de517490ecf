import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import type { DpopFault, DpopVerification, ProvenRequest } from './dpopVerification.js';

/** The claims of a valid access token. */
export interface VerifiedToken {
  readonly sub: string;
  readonly name: string;
  readonly email: string;
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
}

/** A response that refuses a request, with its `WWW-Authenticate` header (RFC 6750 §3, RFC 9728 §5.1). */
export interface BearerRefusal {
  readonly status: 401 | 403;
  readonly challenge: string;
  /** The value of the `DPoP-Nonce` header (RFC 9449 §9). */
  readonly nonce?: string;
}

export interface BearerVerificationOptions {
  readonly issuer: string;
  readonly jwksUri: string;
  /** The required `aud` of a token: this server's own address. */
  readonly audience: string;
  /** Address of the protected resource metadata, named in challenges. */
  readonly resourceMetadata: string;
  /** Scopes in a 401 challenge. If undefined, the challenge names none. */
  readonly scopesToAskFor: readonly string[] | undefined;
  /** If present, only bound tokens are accepted and their proofs are verified (RFC 9449). */
  readonly dpop?: DpopVerification;
}

/** Verifies the JWT access tokens of one resource server (RFC 9068). */
export class BearerVerification {
  readonly #keys: ReturnType<typeof createRemoteJWKSet>;

  constructor(private readonly options: BearerVerificationOptions) {
    this.#keys = createRemoteJWKSet(new URL(options.jwksUri));
  }

  /**
   * @param authorization the request's `Authorization` header
   * @param proven what a proof must match, if bound tokens are required
   */
  async verify(
    authorization: string | undefined,
    proven: Pick<ProvenRequest, 'method' | 'url' | 'proof'> = { method: '', url: '', proof: undefined },
  ): Promise<VerifiedToken | BearerRefusal> {
    const [, scheme, token] = /^(\S+) ([\w.~+/-]+=*)$/.exec(authorization ?? '') ?? [];
    if (scheme?.toLowerCase() !== this.#scheme.toLowerCase() || token === undefined) {
      return this.#unauthorized();
    }
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        issuer: this.options.issuer,
        audience: this.options.audience,
        typ: 'at+jwt',
        requiredClaims: ['sub', 'exp', 'client_id'],
      });
      const { jkt } = (payload['cnf'] ?? {}) as { jkt?: string };
      const fault = await this.options.dpop?.faultOf({ ...proven, token, thumbprint: jkt });
      if (fault !== undefined) return this.#unproven(fault);
      const text = (claim: string) => (typeof payload[claim] === 'string' ? payload[claim] : '');
      return {
        sub: text('sub'),
        name: text('name'),
        email: text('email'),
        clientId: text('client_id'),
        scopes: new Set(text('scope').split(' ')),
      };
    } catch (error) {
      if (!(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout) throw error;
      return this.#unauthorized('invalid_token', describe(error));
    }
  }

  /** Returns the 401 for a token that was revoked before it expired. */
  revoked(): BearerRefusal {
    return this.#unauthorized('invalid_token', 'The access token was revoked');
  }

  /** Returns the 403 for a token that lacks scopes, or undefined if it has them all. */
  missingScopes(token: VerifiedToken, required: readonly string[]): BearerRefusal | undefined {
    const missing = required.filter((scope) => !token.scopes.has(scope));
    if (missing.length === 0) return undefined;
    return {
      status: 403,
      challenge: challenge(this.#scheme, {
        error: 'insufficient_scope',
        scope: missing.join(' '),
        resource_metadata: this.options.resourceMetadata,
      }),
    };
  }

  get #scheme(): 'Bearer' | 'DPoP' {
    return this.options.dpop === undefined ? 'Bearer' : 'DPoP';
  }

  #unproven(fault: DpopFault): BearerRefusal {
    const nonce = fault === 'use_dpop_nonce' ? this.options.dpop?.nonce : undefined;
    return { ...this.#unauthorized(fault), ...(nonce !== undefined && { nonce }) };
  }

  #unauthorized(error?: string, description?: string): BearerRefusal {
    return {
      status: 401,
      challenge: challenge(this.#scheme, {
        resource_metadata: this.options.resourceMetadata,
        algs: this.options.dpop && 'ES256',
        scope: this.options.scopesToAskFor?.join(' '),
        error,
        error_description: description,
      }),
    };
  }
}

export function isRefusal(outcome: VerifiedToken | BearerRefusal): outcome is BearerRefusal {
  return 'challenge' in outcome;
}

function challenge(scheme: string, parameters: Record<string, string | undefined>): string {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${value.replace(/["\\]/g, "'")}"`],
  );
  return `${scheme} ${given.join(', ')}`;
}

function describe(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The access token expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `The access token has another ${error.claim}`;
  return 'The access token is not valid';
}

/** The authorization server's view of an identity provider. */
export interface UpstreamProvider {
  /** Part of the addresses for its responses. */
  readonly id: ProviderId;
  /** The provider's name on the sign-in page. */
  readonly label: string;
  /**
   * Begins a login of one user.
   *
   * @param state returned unchanged with the response: OAuth's `state`, SAML's `RelayState`
   * @param anew whether a user who is signed in at the provider must sign in again
   */
  begin(state: string, anew: boolean): Promise<UpstreamLogin>;
}

export type ProviderId = 'example-id' | 'example-corp';

export interface UpstreamLogin {
  /** The address to redirect the user to. */
  readonly url: URL;
  /**
   * Verifies the provider's posted response.
   *
   * @returns the subject in the response
   * @throws {UpstreamRefused} if the response is rejected
   */
  finish(answer: URLSearchParams): Promise<string>;
}

/** The provider reported an error, or its response was rejected. The message has the reason. */
export class UpstreamRefused extends Error {
  override readonly name = 'UpstreamRefused';
}

/** Returns a library's reason as text for a user. */
export function refusalOf(error: unknown): UpstreamRefused {
  if (error instanceof UpstreamRefused) return error;
  return new UpstreamRefused(error instanceof Error ? error.message : String(error), { cause: error });
}

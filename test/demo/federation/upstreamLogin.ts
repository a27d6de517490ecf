/** An identity provider that the authorization server sends people to, as the server sees it. */
export interface UpstreamProvider {
  /** Part of the addresses its answers come to. */
  readonly id: ProviderId;
  /** Named so on the sign-in page. */
  readonly label: string;
  /**
   * Begins a login of one user.
   *
   * @param state comes back with the answer, unchanged: OAuth's `state`, SAML's `RelayState`
   * @param anew whether whoever is signed in at the provider is asked again
   */
  begin(state: string, anew: boolean): Promise<UpstreamLogin>;
}

export type ProviderId = 'example-id' | 'example-corp';

export interface UpstreamLogin {
  /** Where the user is sent. */
  readonly url: URL;
  /**
   * Verifies what the provider posted.
   *
   * @returns the subject the provider names
   * @throws {UpstreamRefused}
   */
  finish(answer: URLSearchParams): Promise<string>;
}

/** The provider said no, or what came in its name must not be believed. The message says why. */
export class UpstreamRefused extends Error {
  override readonly name = 'UpstreamRefused';
}

/** The reason a library gives, for a user to read. */
export function refusalOf(error: unknown): UpstreamRefused {
  if (error instanceof UpstreamRefused) return error;
  return new UpstreamRefused(error instanceof Error ? error.message : String(error), { cause: error });
}

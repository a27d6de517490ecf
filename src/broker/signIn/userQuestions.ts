import { pkceFault } from '../../oauth/authorizationRequest.js';
import type { AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { profileOf } from '../../oauth/providerProfiles.js';
import type { ProviderProfile } from '../../oauth/providerTraits.js';
import type { Discovered } from '../discovery/discovery.js';
import type { ExceptionName } from '../settings/oauthSettings.js';
import type { ServerDecisions } from '../settings/serverDecisions.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** Answers the questions, and stores the answers. */
export interface QuestionParts {
  readonly questions?: SignInQuestions | undefined;
  readonly decisions?: ServerDecisions | undefined;
}

/** The page in the user's browser, which shows that the editor has a question. */
export interface WaitingPage {
  wait(title: string, text: string): void;
}

/**
 * The user whose browser has come, while the sign-in is prepared. Questions are asked in the editor, and the
 * browser's page shows that. If no user can be asked, every answer is no.
 */
export class UserQuestions {
  constructor(
    private readonly server: ServerConfig,
    private readonly visit: WaitingPage,
    private readonly parts: QuestionParts,
    private readonly signal: AbortSignal,
  ) {}

  /** Whether a rule need not be kept; a yes is remembered. */
  async accepts(name: ExceptionName, issuer: string, fault: OAuthFlowError): Promise<boolean> {
    const { questions, decisions } = this.parts;
    if (questions === undefined || decisions === undefined) return false;
    this.#wait();
    const told = withWhatIsKnown(fault, name, profileOf(issuer, this.server.oauth.profile));
    if (!(await questions.acceptException(this.server, name, told, this.signal))) return false;
    await decisions.acceptException(this.server, issuer, name);
    return true;
  }

  /**
   * Continues although the server does not announce PKCE only if the user accepts that, before anything is
   * registered.
   *
   * @throws OAuthFlowError `pkceNotAdvertised`
   */
  async excusesPkce(found: Discovered): Promise<Discovered> {
    const fault = pkceFault(found.as);
    if (fault === undefined || found.policy.exceptions.has('pkceNotAdvertised')) return found;
    if (!(await this.accepts('pkceNotAdvertised', found.issuer, fault))) throw fault;
    const exceptions = new Set([...found.policy.exceptions, 'pkceNotAdvertised' as const]);
    return { ...found, policy: { ...found.policy, exceptions } };
  }

  /**
   * Chooses one of the authorization servers that the server names. The choice is remembered.
   *
   * @returns the issuer; undefined if the user chose none. If no user can be asked, the first one.
   */
  async chooses({ issuer, resource }: Discovered): Promise<string | undefined> {
    const { questions, decisions } = this.parts;
    if (questions === undefined || decisions === undefined) return issuer;
    this.#wait();
    const issuers = resource.authorizationServers;
    const chosen = await questions.authorizationServer(this.server, issuers, this.signal);
    if (chosen === undefined || !issuers.includes(chosen)) return undefined;
    await decisions.chooseIssuer(this.server, chosen);
    return chosen;
  }

  async clientId(as: AuthorizationServer): Promise<string | undefined> {
    const { questions } = this.parts;
    if (questions === undefined) return undefined;
    this.#wait();
    return questions.clientId(this.server, as, this.signal);
  }

  #wait(): void {
    this.visit.wait(
      'The editor has a question',
      `Return to the editor to answer a question about the sign-in to ${this.server.name}. This page continues automatically.`,
    );
  }
}

/** The decision is easier if the user knows that the provider is known for this, and that no attacker causes it. */
function withWhatIsKnown(
  fault: OAuthFlowError,
  name: ExceptionName,
  profile: ProviderProfile | undefined,
): OAuthFlowError {
  if (profile?.traits.exceptions?.includes(name) !== true) return fault;
  return new OAuthFlowError(
    fault.code,
    `${fault.message} This is known behavior of ${profile.name}.`,
    fault.details,
  );
}

/**
 * What only the user can answer in the course of a sign-in they began. Nothing of it is asked because of a
 * call or an agent: the browser has come before.
 */
export interface SignInQuestions {
  /**
   * Asks which of several authorization servers to use.
   *
   * @returns undefined if the user chose none
   */
  authorizationServer(
    server: ServerConfig,
    issuers: readonly string[],
    signal: AbortSignal,
  ): Promise<string | undefined>;
  /** Whether the rule that `fault` found broken need not be kept, at this server and issuer, from now on. */
  acceptException(
    server: ServerConfig,
    name: ExceptionName,
    fault: OAuthFlowError,
    signal: AbortSignal,
  ): Promise<boolean>;
  /**
   * Asks for the ID of a manually registered client, which is stored in the server's settings.
   *
   * @returns undefined if there is none
   */
  clientId(server: ServerConfig, as: AuthorizationServer, signal: AbortSignal): Promise<string | undefined>;
}

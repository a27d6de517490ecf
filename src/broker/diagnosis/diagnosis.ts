import { buildAuthorizationRequest, pkceFault } from '../../oauth/authorizationRequest.js';
import { dpopBinding } from '../../oauth/dpop.js';
import type { HttpContext, Network } from '../../oauth/httpContext.js';
import { onWordOf } from '../../oauth/networkReach.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { shownAddress } from '../../base/displayText.js';
import type { BearerChallenge } from '../../oauth/wwwAuthenticateChallenge.js';
import {
  afterSignIn,
  authorizationServerFacts,
  callbackFacts,
  challengeFacts,
  identityFacts,
  requestFacts,
  resourceFacts,
  tokenRequestFacts,
  type Facts,
  type PresentSignIn,
} from './diagnosisFacts.js';
import { clientIdRequired } from '../clients/clientErrors.js';
import {
  diagnosedClient,
  diagnosedTokenRequest,
  type KnownClientParts,
  type PresentIdentityProvider,
} from './diagnosedRequests.js';
import { diagnosedRedirect, type DiagnosedRedirect } from './diagnosedRedirect.js';
import { stepsToToken, type StepName } from './diagnosisSteps.js';
import { discover, type Discovered, type DiscoveryParts } from '../discovery/discovery.js';
import { directGrantOf, type DirectGrantName } from '../settings/grant.js';
import type { Clock } from '../../base/clock.js';
import { probe } from '../discovery/probe.js';
import { recordedFetch, type RecordedRequest } from './recordedFetch.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import { audienceParameter, resourceParameter } from '../settings/signInPolicy.js';

export interface DiagnosedStep extends Facts {
  readonly step: StepName;
  readonly title: string;
  /** `question`: a sign-in asks the user about it, once. */
  readonly state: 'asWanted' | 'question' | 'fault' | 'notReached';
  readonly requests: readonly RecordedRequest[];
}

/** What a sign-in would meet, found out without signing in and without registering anything. No secret is in it. */
export interface Diagnosis {
  readonly server: string;
  readonly address: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly steps: readonly DiagnosedStep[];
  /** Sentences about what happens and, if something fails, who must fix it. */
  readonly verdict: string;
  /** The one thing to do. */
  readonly fix: string | undefined;
}

export interface DiagnosisParts extends KnownClientParts {
  readonly http: Network;
  readonly clock: Clock;
  /** The cached metadata of the server is dropped, so that the report shows present responses. */
  readonly discovery: DiscoveryParts;
  readonly present: PresentSignIn | undefined;
  /** For the grant `enterpriseManaged`; absent: none is configured. */
  readonly identityProvider?: PresentIdentityProvider | undefined;
}

/**
 * Walks the steps to a token as far as that can be done without the user, whatever way the settings say.
 *
 * @throws the reason of `signal`
 */
export async function diagnose(
  server: ServerConfig,
  parts: DiagnosisParts,
  signal: AbortSignal,
): Promise<Diagnosis> {
  const walk = new Walk(server, parts, signal);
  await walk.run();
  return walk.diagnosis();
}

class Walk {
  readonly #steps: DiagnosedStep[] = [];
  readonly #recorded: ReturnType<typeof recordedFetch>;
  readonly #http: HttpContext;
  readonly #titles: ReadonlyMap<StepName, string>;
  readonly #grant: DirectGrantName | undefined;
  #fault: OAuthFlowError | undefined;
  /** Rules that are broken, about which a sign-in asks the user. */
  readonly #questions: OAuthFlowError[] = [];
  #verdict: string;

  constructor(
    private readonly server: ServerConfig,
    private readonly parts: DiagnosisParts,
    signal: AbortSignal,
  ) {
    this.#grant = directGrantOf(server);
    this.#titles = stepsToToken(this.#grant);
    const isOfUser = this.#grant === undefined || this.#grant === 'editorAccount';
    this.#verdict = `No problem was found that prevents a ${isOfUser ? 'sign-in' : 'call'}.`;
    this.#recorded = recordedFetch(parts.http.fetch, parts.clock);
    this.#http = { ...parts.http, ...onWordOf(server.url), fetch: this.#recorded.fetch, signal };
  }

  async run(): Promise<void> {
    const challenge = await this.#step('1–2', () => probe(this.server, this.#http), challengeFacts);
    if (this.#hasFailed()) return;
    if (challenge === 'open') {
      this.#verdict = 'The server responds without a sign-in; none is needed.';
      return;
    }
    const discovered = await this.#discovered(challenge);
    if (discovered === undefined) return;
    if (this.#grant === 'editorAccount') {
      this.#verdict = `${this.#verdict} ${discovered.identity.because}`;
      return;
    }
    const identity = await this.#step(
      '5b',
      () => diagnosedClient(this.server, discovered, this.parts),
      identityFacts,
    );
    if (identity === undefined) return;
    const found = { ...discovered, identity };
    await (this.#grant === undefined ? this.#withBrowser(found) : this.#withoutBrowser(found, this.#grant));
    if (this.#hasFailed()) return;
    const { present, clock } = this.parts;
    await this.#step(
      '9–10',
      () => found,
      (value) => afterSignIn(value, this.#grant, present, clock.now()),
    );
    if (identity.kind === 'ask') this.#fault = clientIdRequired(this.server, found.as, identity.because);
  }

  async #withBrowser(found: Discovered): Promise<void> {
    const request = await this.#step('5c', () => this.#authorizationRequest(found), requestFacts);
    if (request === undefined || this.#hasFailed()) return;
    await this.#step(
      '6–7',
      () => found,
      (value) => callbackFacts(value, request.redirect.said),
    );
    await this.#step('8', () => found, tokenRequestFacts);
  }

  async #withoutBrowser(found: Discovered, grant: Exclude<DirectGrantName, 'editorAccount'>): Promise<void> {
    await this.#step(
      '5c',
      () => diagnosedTokenRequest(this.server, found, grant, this.parts.identityProvider),
      (facts) => facts,
    );
  }

  diagnosis(): Diagnosis {
    const reached = new Set(this.#steps.map(({ step }) => step));
    const missing = [...this.#titles].filter(([step]) => !reached.has(step));
    const asked = this.#questions.map(
      ({ message }) => `${message} A sign-in asks you once whether to continue anyway.`,
    );
    const [first = this.#fault] = this.#questions;
    return {
      server: this.server.name,
      address: shownAddress(this.server.url),
      at: this.parts.clock.now(),
      steps: [
        ...this.#steps,
        ...missing.map(
          ([step, title]) =>
            ({ step, title, state: 'notReached', requests: [], said: [], strays: [] }) as const,
        ),
      ],
      verdict: [
        ...(this.#fault === undefined ? [] : [this.#fault.message]),
        ...asked,
        ...(first === undefined ? [this.#verdict] : []),
      ].join(' '),
      fix: (this.#fault ?? first)?.details.fix,
    };
  }

  /** Steps 3–5a are one piece of work; its requests tell them apart. */
  async #discovered(challenge: BearerChallenge | undefined): Promise<Discovered | undefined> {
    try {
      const found = await discover(this.server, challenge, this.#http, this.#discovery());
      const [ofResource, ofIssuer] = this.#requestsByStep();
      this.#keep('3–4', 'asWanted', ofResource, resourceFacts(found));
      const state = this.#questions.length === 0 ? 'asWanted' : 'question';
      this.#keep('5a', state, ofIssuer, authorizationServerFacts(found, this.#grant));
      return found;
    } catch (error) {
      const fault = this.#faultOf(error);
      const [ofResource, ofIssuer] = this.#requestsByStep();
      const said = { said: [fault.message], strays: [] };
      if (ofIssuer.length > 0) this.#keep('3–4', 'asWanted', ofResource, { said: [], strays: [] });
      if (ofIssuer.length > 0) this.#keep('5a', 'fault', ofIssuer, said);
      else this.#keep('3–4', 'fault', ofResource, said);
      return undefined;
    }
  }

  /**
   * Fetched again, as the next sign-in will find it. For servers with a browser sign-in, the user is asked about
   * exceptions.
   */
  #discovery(): DiscoveryParts {
    const { metadata, ...parts } = this.parts.discovery;
    metadata?.drop(this.server);
    if (this.#grant !== undefined) return parts;
    return {
      ...parts,
      acceptException: (_name, _issuer, fault) => {
        this.#questions.push(fault);
        return Promise.resolve(true);
      },
    };
  }

  #requestsByStep(): readonly [RecordedRequest[], RecordedRequest[]] {
    const asked = this.#recorded.requests.splice(0);
    const isOfIssuer = ({ address }: RecordedRequest) =>
      /\/\.well-known\/(oauth-authorization-server|openid-configuration)/.test(address);
    return [asked.filter((request) => !isOfIssuer(request)), asked.filter(isOfIssuer)];
  }

  /** The request that a sign-in would make, with a placeholder if there is no client ID yet. */
  async #authorizationRequest(found: Discovered) {
    const { as, policy, scopes, resource, identity } = found;
    const redirect = await this.#redirect(found);
    const fault = pkceFault(as);
    if (fault !== undefined && !policy.exceptions.has('pkceNotAdvertised')) this.#questions.push(fault);
    const dpop = await dpopBinding({ ...found, overHttpSse: this.server.type === 'sse' });
    const clientId = identity.kind === 'use' ? identity.client.clientId : '(given at registration)';
    const { url, parameters } = await buildAuthorizationRequest({
      as,
      client: { clientId, authMethod: 'none', source: 'registered', redirectUris: [] },
      redirectUri: redirect.uri,
      ...resourceParameter(policy, resource.resource),
      ...audienceParameter(policy, resource.resource),
      dpop,
      extraParameters: policy.extraParameters,
      scopes,
      exceptions: { pkceNotAdvertised: true },
    });
    const configured = Object.keys(this.server.oauth.extraParameters ?? {});
    const isPushed = as.require_pushed_authorization_requests === true;
    return { url, parameters, isPushed, configured, redirect };
  }

  /** Not known without the editor's addresses. */
  #redirect(found: Discovered): Promise<DiagnosedRedirect> | DiagnosedRedirect {
    const { registered } = this.parts;
    if (registered === undefined) return { uri: '(chosen at the sign-in)', said: [] };
    return diagnosedRedirect({ server: this.server, ...found }, found.identity, registered);
  }

  async #step<T>(
    step: StepName,
    work: () => Promise<T> | T,
    facts: (value: T) => Facts,
  ): Promise<T | undefined> {
    const asked = this.#questions.length;
    try {
      const value = await work();
      const state = this.#questions.length === asked ? 'asWanted' : 'question';
      this.#keep(step, state, this.#recorded.requests.splice(0), facts(value));
      return value;
    } catch (error) {
      const said = [this.#faultOf(error).message];
      this.#keep(step, 'fault', this.#recorded.requests.splice(0), { said, strays: [] });
      return undefined;
    }
  }

  #keep(
    step: StepName,
    state: DiagnosedStep['state'],
    requests: readonly RecordedRequest[],
    facts: Facts,
  ): void {
    this.#steps.push({ step, title: this.#titles.get(step) ?? '', state, requests, ...facts });
  }

  #hasFailed(): boolean {
    return this.#fault !== undefined;
  }

  #faultOf(error: unknown): OAuthFlowError {
    if (!(error instanceof OAuthFlowError)) throw error;
    this.#fault = error;
    return error;
  }
}

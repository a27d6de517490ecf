import { buildAuthorizationRequest } from '../oauth/authorizationRequest.js';
import { identifierOf } from '../oauth/authorizationServerMetadata.js';
import { dpopBinding } from '../oauth/dpopBinding.js';
import type { HttpContext, Network } from '../oauth/httpContext.js';
import { onWordOf } from '../oauth/networkReach.js';
import { OAuthFlowError } from '../oauth/oauthFlowError.js';
import { shownAddress } from '../oauth/serverWords.js';
import type { BearerChallenge } from '../oauth/wwwAuthenticateChallenge.js';
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
import { clientSecretRequired } from './clientForServer.js';
import type { ClientSecrets } from './clientSecrets.js';
import { discover, type Discovered, type DiscoveryParts } from './discovery.js';
import type { Clock } from './ports.js';
import { probe } from './probe.js';
import { recordedFetch, type RecordedRequest } from './recordedFetch.js';
import type { ServerConfig } from './serverSettings.js';
import { audienceParameter, resourceParameter } from './signInPolicy.js';

/** The ten steps in their order. The keys of an object have another one: those that are numbers come first. */
const stepNames = ['1–2', '3–4', '5a', '5b', '5c', '6–7', '8', '9–10'] as const;
export type StepName = (typeof stepNames)[number];

/** The steps, as the report heads them. */
export const stepTitles: Readonly<Record<StepName, string>> = {
  '1–2': 'The server is asked without a token',
  '3–4': 'What protects it',
  '5a': 'The authorization server',
  '5b': 'The client',
  '5c': 'The authorization request',
  '6–7': 'Consent and callback',
  '8': 'The code becomes tokens',
  '9–10': 'The call, with the token',
};

export interface DiagnosedStep extends Facts {
  readonly step: StepName;
  readonly state: 'asWanted' | 'fault' | 'notReached';
  readonly requests: readonly RecordedRequest[];
}

/** What a sign-in would meet, found out without signing in and without registering anything. No secret is in it. */
export interface Diagnosis {
  readonly server: string;
  readonly address: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly steps: readonly DiagnosedStep[];
  /** Sentences: what happens, and whose fault it is where something fails. */
  readonly verdict: string;
  /** The one thing to do. */
  readonly fix: string | undefined;
}

export interface DiagnosisParts {
  readonly http: Network;
  readonly clock: Clock;
  readonly discovery: DiscoveryParts;
  readonly clientSecrets?: Pick<ClientSecrets, 'has' | 'hasKey'>;
  readonly present: PresentSignIn | undefined;
}

/**
 * Walks the ten steps as far as that can be done without the person.
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
  #fault: OAuthFlowError | undefined;
  #verdict = 'Nothing stands in the way of a sign-in.';

  constructor(
    private readonly server: ServerConfig,
    private readonly parts: DiagnosisParts,
    signal: AbortSignal,
  ) {
    this.#recorded = recordedFetch(parts.http.fetch, parts.clock);
    this.#http = { ...parts.http, ...onWordOf(server.url), fetch: this.#recorded.fetch, signal };
  }

  async run(): Promise<void> {
    const challenge = await this.#step('1–2', () => probe(this.server, this.#http), challengeFacts);
    if (this.#hasFailed()) return;
    if (challenge === 'open') {
      this.#verdict = 'The server answers without a sign-in; none is needed.';
      return;
    }
    const found = await this.#discovered(challenge);
    if (found === undefined) return;
    await this.#step('5b', () => found.identity, identityFacts);
    await this.#step('5c', () => this.#authorizationRequest(found), requestFacts);
    if (this.#hasFailed()) return;
    await this.#step('6–7', () => found, callbackFacts);
    await this.#step('8', () => found, tokenRequestFacts);
    const { present, clock } = this.parts;
    await this.#step(
      '9–10',
      () => found,
      (value) => afterSignIn(value, present, clock.now()),
    );
    if (found.identity.kind === 'ask') {
      this.#fault = new OAuthFlowError('clientIdRequired', found.identity.because, {
        fix: `Register a client at ${new URL(found.as.issuer).host} and put its id in the settings of “${this.server.name}” as oauth.clientId.`,
      });
    }
  }

  diagnosis(): Diagnosis {
    const reached = new Set(this.#steps.map(({ step }) => step));
    const missing = stepNames.filter((step) => !reached.has(step));
    return {
      server: this.server.name,
      address: shownAddress(this.server.url),
      at: this.parts.clock.now(),
      steps: [
        ...this.#steps,
        ...missing.map(
          (step) => ({ step, state: 'notReached', requests: [], said: [], strays: [] }) as const,
        ),
      ],
      verdict: this.#fault?.message ?? this.#verdict,
      fix: this.#fault?.details.fix,
    };
  }

  /** Steps 3–5a are one piece of work; its requests tell them apart. */
  async #discovered(challenge: BearerChallenge | undefined): Promise<Discovered | undefined> {
    try {
      const found = await discover(this.server, challenge, this.#http, this.parts.discovery);
      const [ofResource, ofIssuer] = this.#requestsByStep();
      this.#steps.push(
        { step: '3–4', state: 'asWanted', requests: ofResource, ...resourceFacts(found) },
        { step: '5a', state: 'asWanted', requests: ofIssuer, ...authorizationServerFacts(found) },
      );
      return found;
    } catch (error) {
      const fault = this.#faultOf(error);
      const [ofResource, ofIssuer] = this.#requestsByStep();
      const none = { said: [], strays: [] };
      if (ofIssuer.length > 0)
        this.#steps.push({ step: '3–4', state: 'asWanted', requests: ofResource, ...none });
      this.#steps.push({
        step: ofIssuer.length > 0 ? '5a' : '3–4',
        state: 'fault',
        requests: ofIssuer.length > 0 ? ofIssuer : ofResource,
        said: [fault.message],
        strays: [],
      });
      return undefined;
    }
  }

  #requestsByStep(): readonly [RecordedRequest[], RecordedRequest[]] {
    const asked = this.#recorded.requests.splice(0);
    const isOfIssuer = ({ address }: RecordedRequest) =>
      /\/\.well-known\/(oauth-authorization-server|openid-configuration)/.test(address);
    return [asked.filter((request) => !isOfIssuer(request)), asked.filter(isOfIssuer)];
  }

  /** The very request a sign-in would make, with a client id in its place where there is none yet. */
  async #authorizationRequest(found: Discovered) {
    const { as, policy, scopes, resource, identity } = found;
    await this.#checkSecret(found);
    const dpop = await dpopBinding({ ...found, overHttpSse: this.server.type === 'sse' });
    const clientId = identity.kind === 'use' ? identity.client.clientId : '(given at registration)';
    const { url } = await buildAuthorizationRequest({
      as,
      client: { clientId, authMethod: 'none', source: 'registered', redirectUris: [] },
      redirectUri: redirectWords(policy),
      ...resourceParameter(policy, resource.resource),
      ...audienceParameter(policy, resource.resource),
      ...(dpop !== undefined && { dpop }),
      extraParameters: policy.extraParameters,
      scopes,
      exceptions: { pkceNotAdvertised: policy.exceptions.has('pkceNotAdvertised') },
    });
    return { url, isPushed: as.require_pushed_authorization_requests === true };
  }

  /** Looked for only: to take it out would bind it to the issuer that the server names now. */
  async #checkSecret({ as, policy }: Discovered): Promise<void> {
    const { clientId, secretRequired } = policy;
    const { clientSecrets } = this.parts;
    if (clientId === undefined || secretRequired !== true || clientSecrets === undefined) return;
    if (await clientSecrets.has(this.server, clientId)) return;
    if (await clientSecrets.hasKey(this.server, clientId)) return;
    throw clientSecretRequired(this.server, identifierOf(as));
  }

  async #step<T>(
    step: StepName,
    work: () => Promise<T> | T,
    facts: (value: T) => Facts,
  ): Promise<T | undefined> {
    try {
      const value = await work();
      const requests = this.#recorded.requests.splice(0);
      this.#steps.push({ step, state: 'asWanted', requests, ...facts(value) });
      return value;
    } catch (error) {
      const said = [this.#faultOf(error).message];
      const requests = this.#recorded.requests.splice(0);
      this.#steps.push({ step, state: 'fault', requests, said, strays: [] });
      return undefined;
    }
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

function redirectWords(policy: Discovered['policy']): string {
  if (policy.redirect !== 'loopback') return '(the editor’s own address)';
  return `http://${policy.loopbackHost ?? '127.0.0.1'}:${policy.loopbackPort ?? '(any free port)'}${policy.loopbackPath ?? '/callback'}`;
}

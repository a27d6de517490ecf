import type { Disposable } from '../../../base/clock.js';
import type { HttpContext } from '../../../oauth/httpContext.js';
import type { AuthorizationServer } from '../../../oauth/authorizationServerMetadata.js';
import type { ClientWithRedirect } from '../../clients/clientNeed.js';
import type { Discovered } from '../../discovery/discovery.js';
import { usesEditorAccount } from '../../settings/grant.js';
import type { ServerConfig } from '../../settings/serverSettings.js';
import type { SignInOutcome, SignInPhase, SignInRequest } from '../signIn.js';
import type { SignInDependencies } from '../signInDependencies.js';
import type { UserQuestions } from '../userQuestions.js';

/** What a flow supports: each declares it as a static member. */
export interface FlowSupport {
  /** Servers that use an account of the editor's; else all others. */
  readonly editorAccounts: boolean;
  /** Only authorization servers with a device authorization endpoint (RFC 8628 §4). */
  readonly deviceEndpointOnly: boolean;
}

/** @param as undefined before discovery, when a flow that depends on it is not supported yet */
export function isSupported(flow: FlowSupport, server: ServerConfig, as?: AuthorizationServer): boolean {
  if (flow.editorAccounts !== usesEditorAccount(server)) return false;
  return !flow.deviceEndpointOnly || as?.device_authorization_endpoint !== undefined;
}

/** The attempt as its flow sees it: state, and what becomes of it. */
export interface FlowAttempt {
  readonly server: ServerConfig;
  readonly request: SignInRequest;
  readonly parts: SignInDependencies;
  readonly hasEnded: boolean;
  readonly outcome: Promise<SignInOutcome>;
  /** Aborted when the attempt ends. */
  readonly signal: AbortSignal;
  /** For requests that end with the attempt. */
  readonly http: HttpContext;
  /**
   * Steps 1–5a, once: see `SignInAttempt`.
   *
   * @throws OAuthFlowError
   */
  discover(user?: UserQuestions): Promise<Discovered>;
  /** The next {@link discover} asks again. */
  forgetDiscovered(): void;
  /** @throws OAuthFlowError if the attempt has ended */
  enter(phase: SignInPhase): void;
  /** Disposed of when the attempt ends, at once if it has. */
  own(disposable: Disposable): void;
  /** The client of the sign-in from now on; one that was made for it alone is deleted after {@link settling}. */
  identify(identity: ClientWithRedirect, found: Discovered): Promise<void>;
  /** Work that still goes to the authorization server as one of the attempt's clients. */
  settling(work: Promise<void>): void;
  end(outcome: SignInOutcome): void;
  /** @returns what the user's browser shows */
  fail(error: unknown): string;
  decline(detail: string): void;
}

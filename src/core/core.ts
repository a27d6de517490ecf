import { AgentAdmissions, InMemoryRecords } from '../broker/agents/agentAdmissions.js';
import { AgentConsents } from '../broker/agents/agentConsents.js';
import { AgentToolAnswers } from '../broker/agents/agentToolAnswers.js';
import { AgentToolApprovals } from '../broker/agents/agentToolApprovals.js';
import type { AccountChoice } from '../broker/accounts/accountChoice.js';
import { AccessTokens } from '../broker/tokens/accessTokens.js';
import { AuthorizedFetch } from '../broker/fetch/authorizedFetch.js';
import { ClientStore } from '../broker/clients/clientStore.js';
import type { CardBrowser, ConsentPrompt } from '../broker/signIn/consentPrompt.js';
import { CredentialStore } from '../broker/accounts/credentialStore.js';
import { DirectGrants } from '../broker/tokens/directGrants.js';
import type { EditorAccountTokens } from '../broker/tokens/editorAccountTokens.js';
import { EnterpriseIdentityProvider } from '../broker/tokens/enterpriseIdentityProvider.js';
import type { IdentityProviderConfig } from '../broker/settings/identityProviderSetting.js';
import { PendingCallbacks } from '../broker/callbacks/pendingCallbacks.js';
import type { Clock, Disposable } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { Lock, Memory, SecretStore, SharedRecords, WindowNotices } from '../base/storage.js';
import type { IdentityProviderSession, Network, RedirectUris } from '../broker/ports.js';
import type { AssertionSource } from '../broker/tokens/assertionFile.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import { ServerStates } from '../broker/status/serverStates.js';
import type { SignInQuestions } from '../broker/signIn/userQuestions.js';
import type { AskWhoseSignIn, ConfirmAccountChange } from '../broker/accounts/accountChoice.js';
import type { ClientSecrets } from '../broker/clients/clientSecrets.js';
import type { SentRedirects } from '../broker/clients/sentRedirects.js';
import type { MetadataCache } from '../broker/discovery/metadataCache.js';
import type { ServerDecisions } from '../broker/settings/serverDecisions.js';
import { SignIns } from '../broker/signIn/signIns.js';
import { SignOuts } from '../broker/signIn/signOut.js';
import type { CallRecording } from '../relay/callers/callRecorder.js';
import { noToolRules, type ToolPrompt, type ToolRules } from '../broker/tools/toolRules.js';
import { ToolScopes } from '../broker/tools/toolScopes.js';
import { StatesOfWindows } from '../broker/status/statesAcrossWindows.js';
import { ClientNotices, type ClientIdentity } from '../broker/status/clientNotices.js';
import type { UseHere } from '../broker/tokens/useHere.js';
import type { Translate } from '../base/displayText.js';
import { HttpSseTransport } from '../relay/httpSse/httpSseTransport.js';
import { LoopbackServer } from '../loopback/loopbackServer.js';
import { Relay } from '../relay/relay.js';
import { ServerProfiles } from '../relay/upstream/serverProfiles.js';

/** The storage, the time, and the data that the broker shares with other windows and processes. */
export interface CorePlatform {
  readonly secrets: SecretStore;
  /** Whether secret storage reports the writes of every window. */
  readonly hearsAllWindows?: boolean | undefined;
  /**
   * How much earlier than on other machines sign-ins are refreshed here, as a fraction of the usual margin; 0
   * if absent.
   */
  readonly refreshEarliness?: number | undefined;
  /** Lets windows see each other's writes before secret storage does. */
  readonly sharedRecords?: SharedRecords | undefined;
  /**
   * Stores the admitted agents and the user's decisions about their requests; the shared records are used if
   * absent.
   */
  readonly agentRecords?: SharedRecords | undefined;
  /** How windows notify each other of what they observe; absent if there is only one. */
  readonly notices?: WindowNotices | undefined;
  /** The editor client that these windows belong to, if other clients have windows on this machine too. */
  readonly clientKey?: ClientIdentity | undefined;
  readonly memory: Memory;
  readonly lock: Lock;
  readonly clock: Clock;
  readonly log: Log;
  /** Finds a workload's assertion, for servers with the grant `jwtBearer`. */
  readonly assertions?: AssertionSource | undefined;
}

/** The current settings and records. */
export interface CoreSettings {
  readonly servers: () => readonly ServerConfig[];
  /** The organization's identity provider, for servers with the grant `enterpriseManaged`. */
  readonly identityProvider?: IdentityProviderSession | undefined;
  /** Returns the current setting of the identity provider, if the user signs in to it here. */
  readonly identityProviderSetting?: (() => IdentityProviderConfig | undefined) | undefined;
  /** The account of each server that is used here; if absent, the choice lasts as long as the process. */
  readonly accountChoice?: AccountChoice | undefined;
  /** The user's rules for calls of tools; all calls are allowed if absent. */
  readonly toolRules?: ToolRules | undefined;
  /** Records tool calls; none are recorded if absent. */
  readonly recording?: CallRecording | undefined;
}

/**
 * The stored answers for sign-ins, and their questions to the user. Each member is read when a sign-in needs
 * it.
 */
interface SignInAnswers {
  readonly decisions?: ServerDecisions | undefined;
  /** Absent if there is no user to ask. */
  readonly questions?: SignInQuestions | undefined;
  readonly metadata: MetadataCache;
  readonly clientSecrets: ClientSecrets;
  readonly sentRedirects?: SentRedirects | undefined;
  /** The address of the client ID metadata document, if one is hosted. */
  readonly clientMetadataUrl?: string | undefined;
}

/** The parts through which the user takes part. */
export interface CoreUser {
  readonly answers: SignInAnswers;
  readonly consentPrompt: (credentials: CredentialStore) => ConsentPrompt;
  readonly redirects: (loopback: LoopbackServer) => RedirectUris;
  /** How launch pages of the editor's cards are opened; at their loopback addresses if absent. */
  readonly cardBrowser?: CardBrowser | undefined;
  readonly confirmAccountChange: ConfirmAccountChange;
  /** Absent if there is no user to ask. */
  readonly askWhoseSignIn?: AskWhoseSignIn | undefined;
  /** Returns a name for an account that the server does not name; absent if there is no user to change it. */
  readonly numberedAccount?: ((number: number) => string) | undefined;
  /** Decides which sign-ins may be used on this machine; all of them if absent. */
  readonly use?: UseHere | undefined;
  /** The tokens of the editor's accounts, for servers that use one. */
  readonly editorAccounts?: EditorAccountTokens | undefined;
  /** Asks about calls of tools whose rule is to ask; absent if there is no user to ask. */
  readonly toolPrompt?: ToolPrompt | undefined;
  /** Translates what the relay shows to the user; English if absent. */
  readonly translate?: Translate | undefined;
}

/** The parts that the editor, or a process without an editor, provides to the broker. */
export interface CoreParts {
  readonly network: Network;
  readonly platform: CorePlatform;
  readonly settings: CoreSettings;
  readonly user: CoreUser;
}

/** The broker and its relay. */
export interface Core extends Disposable {
  readonly http: Network;
  readonly credentials: CredentialStore;
  readonly clients: ClientStore;
  readonly redirects: RedirectUris;
  readonly states: ServerStates;
  readonly authorizedFetch: AuthorizedFetch;
  readonly callbacks: PendingCallbacks;
  readonly loopback: LoopbackServer;
  readonly relay: Relay;
  /** The consents that agents wait for. */
  readonly consents: AgentConsents;
  /** The questions to the user about agents' calls of tools whose rule is to ask. */
  readonly approvals: AgentToolApprovals;
  readonly signIns: SignIns;
  readonly signOuts: SignOuts;
  readonly admissions: AgentAdmissions;
  readonly profiles: ServerProfiles;
  readonly toolScopes: ToolScopes;
}

/** Creates the broker. It sends no request and does not listen before it is needed. */
export function createCore({ network, platform, settings, user }: CoreParts): Core {
  const { secrets, memory, lock, clock, log, clientKey, refreshEarliness } = platform;
  const { servers, toolRules = noToolRules, recording } = settings;
  const { answers, use, editorAccounts } = user;
  const transport = new HttpSseTransport(network.fetch, servers);
  const http = { ...network, fetch: transport.fetch };
  const credentials = new CredentialStore(
    secrets,
    log,
    platform.sharedRecords,
    platform.hearsAllWindows,
    settings.accountChoice,
  );
  const notices =
    platform.notices === undefined || clientKey === undefined
      ? platform.notices
      : new ClientNotices(platform.notices, clientKey);
  const states = new ServerStates(credentials, clock, notices !== undefined, use);
  const allWindows = notices === undefined ? [] : [new StatesOfWindows(states, notices), notices];
  const accessTokens = (grants?: DirectGrants) =>
    new AccessTokens(credentials, states, lock, clock, log, http, grants, use, refreshEarliness);
  const userTokens = accessTokens();
  const grants = new DirectGrants({
    decisions: answers.decisions,
    metadata: answers.metadata,
    clientSecrets: answers.clientSecrets,
    get clientMetadataUrl() {
      return answers.clientMetadataUrl;
    },
    clock,
    http,
    assertions: platform.assertions,
    editorAccounts,
    get identityProvider() {
      const config = settings.identityProviderSetting?.();
      return config === undefined
        ? settings.identityProvider
        : new EnterpriseIdentityProvider(config, userTokens, clock);
    },
  });
  const tokens = accessTokens(grants);
  const authorizedFetch = new AuthorizedFetch(
    tokens,
    states,
    http.fetch,
    log,
    answers.metadata,
    http.unreachableNote,
  );
  const callbacks = new PendingCallbacks();
  const profiles = new ServerProfiles(memory);
  const toolScopes = new ToolScopes(memory);
  const records = platform.agentRecords ?? platform.sharedRecords ?? new InMemoryRecords();
  const loopback = new LoopbackServer(callbacks, clock, log);
  const redirects = user.redirects(loopback);
  const clients = new ClientStore(secrets, clock);
  const signIns = new SignIns(
    {
      decisions: answers.decisions,
      questions: answers.questions,
      metadata: answers.metadata,
      clientSecrets: answers.clientSecrets,
      sentRedirects: answers.sentRedirects,
      launcher: loopback,
      redirects,
      callbacks,
      credentials,
      clients,
      lock,
      clock,
      log,
      http,
      confirmAccountChange: user.confirmAccountChange,
      askWhoseSignIn: user.askWhoseSignIn,
      numberedAccount: user.numberedAccount,
      use,
      editorAccounts,
      get clientMetadataUrl() {
        return answers.clientMetadataUrl;
      },
    },
    states,
  );
  const relay = new Relay({
    servers,
    loopback,
    authorizedFetch,
    credentials,
    signIns,
    consentPrompt: user.consentPrompt(credentials),
    cardBrowser: user.cardBrowser,
    leaveUpstream: (sessionId) => transport.leave(sessionId),
    profiles,
    toolScopes,
    toolRules,
    toolPrompt: user.toolPrompt,
    translate: user.translate,
    clock,
    log,
    recording,
  });
  const consents = new AgentConsents(credentials, clock, authorizedFetch.tokens.narrowed);
  const toolAnswers = new AgentToolAnswers(records, lock, clock);
  const approvals = new AgentToolApprovals(clock, toolAnswers, user.toolPrompt);
  const admissions = new AgentAdmissions(records, lock, clock, log);
  const signOuts = new SignOuts(credentials, states, signIns, lock, log, http, admissions);
  const owned = [
    signIns,
    consents,
    approvals,
    relay,
    loopback,
    transport,
    ...allWindows,
    states,
    credentials,
  ];
  return {
    http,
    credentials,
    clients,
    redirects,
    states,
    authorizedFetch,
    callbacks,
    loopback,
    relay,
    consents,
    approvals,
    signIns,
    signOuts,
    admissions,
    profiles,
    toolScopes,
    dispose: () => {
      for (const part of owned) part.dispose();
    },
  };
}

import { AgentConsents } from './broker/agents/agentConsents.js';
import { AgentToolAnswers } from './broker/agents/agentToolAnswers.js';
import { AgentToolApprovals } from './broker/agents/agentToolApprovals.js';
import type { AccountChoice } from './broker/accounts/accountChoice.js';
import { AccessTokens } from './broker/tokens/accessTokens.js';
import { AuthorizedFetch } from './broker/fetch/authorizedFetch.js';
import { ClientStore } from './broker/clients/clientStore.js';
import type { CardBrowser, ConsentPrompt } from './broker/signIn/consentPrompt.js';
import { CredentialStore } from './broker/accounts/credentialStore.js';
import { DirectGrants } from './broker/tokens/directGrants.js';
import type { EditorAccountTokens } from './broker/tokens/editorAccountTokens.js';
import { EnterpriseIdentityProvider } from './broker/tokens/enterpriseIdentityProvider.js';
import type { IdentityProviderConfig } from './broker/settings/identityProviderSetting.js';
import { AgentAdmissions, InMemoryRecords } from './broker/agents/agentAdmissions.js';
import { PendingCallbacks } from './broker/callbacks/pendingCallbacks.js';
import type { Clock, Disposable } from './base/clock.js';
import type { Log } from './base/log.js';
import type { Lock, Memory, SecretStore, SharedRecords, WindowNotices } from './base/storage.js';
import type { IdentityProviderSession, Network, RedirectUris } from './broker/ports.js';
import type { AssertionSource } from './broker/tokens/assertionFile.js';
import type { ServerConfig } from './broker/settings/serverSettings.js';
import { ServerStates } from './broker/status/serverStates.js';
import type { SignInDependencies } from './broker/signIn/signInDependencies.js';
import { SignIns } from './broker/signIn/signIns.js';
import { SignOuts } from './broker/signIn/signOut.js';
import type { CallRecording } from './relay/callers/callRecorder.js';
import { noToolRules, type ToolPrompt, type ToolRules } from './broker/tools/toolRules.js';
import { ToolScopes } from './broker/tools/toolScopes.js';
import { StatesOfWindows } from './broker/status/statesAcrossWindows.js';
import { ClientNotices, type ClientIdentity } from './broker/status/clientNotices.js';
import type { UseHere } from './broker/tokens/useHere.js';
import type { Translate } from './base/displayText.js';
import { HttpSseTransport } from './relay/httpSse/httpSseTransport.js';
import { LoopbackServer } from './loopback/loopbackServer.js';
import { Relay } from './relay/relay.js';
import { ServerProfiles } from './relay/upstream/serverProfiles.js';

/** `questions` are absent where nobody is there to be asked, `clientMetadataUrl` where no document is hosted. */
type SignInAnswers = Pick<
  SignInDependencies,
  'decisions' | 'questions' | 'clientMetadataUrl' | 'sentRedirects'
> &
  Required<Pick<SignInDependencies, 'metadata' | 'clientSecrets'>>;

/** What an editor and a process without one bring in the same form. */
export interface HostParts {
  /** The configured servers, as they are now. */
  readonly servers: () => readonly ServerConfig[];
  readonly secrets: SecretStore;
  /** Whether secret storage tells of every window's writes. */
  readonly hearsAllWindows?: boolean;
  /** How much earlier than on other machines sign-ins are refreshed here; 0 if absent. */
  readonly refreshEarliness?: number;
  /** What windows see of each other's writes before secret storage does. */
  readonly sharedRecords?: SharedRecords;
  /** Where the agents that were admitted are kept, with answers to them; the shared records where absent. */
  readonly agentRecords?: SharedRecords;
  /** Which account of a server is used here; one that ends with the process where absent. */
  readonly accountChoice?: AccountChoice;
  /** How windows let each other know what they see; absent where there is one only. */
  readonly notices?: WindowNotices;
  /** Whose windows those are, if other clients of the editor have windows on this machine too. */
  readonly clientKey?: ClientIdentity;
  readonly memory: Memory;
  readonly lock: Lock;
  readonly clock: Clock;
  readonly log: Log;
  /** Where a workload's assertion is found, for servers with the grant `jwtBearer`. */
  readonly assertions?: AssertionSource;
  /** The organization's, for servers with the grant `enterpriseManaged`. */
  readonly identityProvider?: IdentityProviderSession;
  /** The same where the user signs in to it here: what the settings say of it now. */
  readonly identityProviderSetting?: () => IdentityProviderConfig | undefined;
  /** For servers that use an account of the editor's. */
  readonly editorAccounts?: EditorAccountTokens;
  /** How the editor's cards open launch pages; at their loopback addresses where absent. */
  readonly cardBrowser?: CardBrowser;
  readonly confirmAccountChange: SignInDependencies['confirmAccountChange'];
  /** Absent where no one can be asked. */
  readonly askWhoseSignIn?: SignInDependencies['askWhoseSignIn'];
  /** See {@link SignInDependencies}. */
  readonly numberedAccount?: SignInDependencies['numberedAccount'];
  /** Which sign-ins may be used on this machine; all of them where absent. */
  readonly use?: UseHere | undefined;
  /** What callers may do with which tool; without, everything. */
  readonly toolRules?: ToolRules;
  /** Where there is somebody to ask about the calls of tools whose rule is to ask. */
  readonly toolPrompt?: ToolPrompt;
  /** What the relay shows the user, into their language; English without it. */
  readonly translate?: Translate;
  /** Where tool calls are written down, if anywhere. */
  readonly recording?: CallRecording;
}

/** What the broker needs of where it runs: an editor or a process without one. */
export interface CoreParts extends HostParts {
  readonly network: Network;
  /** What sign-ins know from before, and who answers the rest; read anew each time. */
  readonly answers: SignInAnswers;
  readonly consentPrompt: (credentials: CredentialStore) => ConsentPrompt;
  readonly redirects: (loopback: LoopbackServer) => RedirectUris;
}

/** The broker and its relay, put together. */
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
  /** What agents wait for. */
  readonly consents: AgentConsents;
  /** What the user is asked about the calls of agents, if a tool's rule is to ask. */
  readonly approvals: AgentToolApprovals;
  readonly signIns: SignIns;
  readonly signOuts: SignOuts;
  readonly admissions: AgentAdmissions;
  readonly profiles: ServerProfiles;
  readonly toolScopes: ToolScopes;
}

/** Nothing is asked of the network and nothing listens until it is needed. */
export function createCore(parts: CoreParts): Core {
  const { servers, secrets, memory, lock, clock, log, answers } = parts;
  const transport = new HttpSseTransport(parts.network.fetch, servers);
  const http = { ...parts.network, fetch: transport.fetch };
  const credentials = new CredentialStore(
    secrets,
    log,
    parts.sharedRecords,
    parts.hearsAllWindows,
    parts.accountChoice,
  );
  const { clientKey, use, refreshEarliness } = parts;
  const notices =
    parts.notices === undefined || clientKey === undefined
      ? parts.notices
      : new ClientNotices(parts.notices, clientKey);
  const states = new ServerStates(credentials, clock, notices !== undefined, use);
  const allWindows = notices === undefined ? [] : [new StatesOfWindows(states, notices), notices];
  const accessTokens = (grants?: DirectGrants) =>
    new AccessTokens(credentials, states, lock, clock, log, http, grants, use, refreshEarliness);
  const userTokens = accessTokens();
  const grants = new DirectGrants({
    ...parts,
    ...answers,
    http,
    get identityProvider() {
      const config = parts.identityProviderSetting?.();
      return config === undefined
        ? parts.identityProvider
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
  const records = parts.agentRecords ?? parts.sharedRecords ?? new InMemoryRecords();
  const loopback = new LoopbackServer(callbacks, clock, log);
  const redirects = parts.redirects(loopback);
  const clients = new ClientStore(secrets, clock);
  const signIns = new SignIns(
    {
      ...answers,
      launcher: loopback,
      redirects,
      callbacks,
      credentials,
      clients,
      lock,
      clock,
      log,
      http,
      confirmAccountChange: parts.confirmAccountChange,
      ...(parts.askWhoseSignIn !== undefined && { askWhoseSignIn: parts.askWhoseSignIn }),
      ...(parts.numberedAccount !== undefined && { numberedAccount: parts.numberedAccount }),
      ...(use !== undefined && { use }),
      ...(parts.editorAccounts !== undefined && { editorAccounts: parts.editorAccounts }),
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
    consentPrompt: parts.consentPrompt(credentials),
    ...(parts.cardBrowser !== undefined && { cardBrowser: parts.cardBrowser }),
    leaveUpstream: (sessionId) => transport.leave(sessionId),
    profiles,
    toolScopes,
    toolRules: parts.toolRules ?? noToolRules,
    ...(parts.toolPrompt !== undefined && { toolPrompt: parts.toolPrompt }),
    ...(parts.translate !== undefined && { translate: parts.translate }),
    clock,
    log,
    ...(parts.recording !== undefined && { recording: parts.recording }),
  });
  const consents = new AgentConsents(credentials, clock, authorizedFetch.tokens.narrowed);
  const toolAnswers = new AgentToolAnswers(records, lock, clock);
  const approvals = new AgentToolApprovals(clock, toolAnswers, parts.toolPrompt);
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

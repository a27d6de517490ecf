import { defined } from '../base/defined.js';
import { accountName } from '../broker/accounts/credential.js';
import { directGrantOf, noSignInAt, type DirectGrantName } from '../broker/settings/grant.js';
import { identityProviderAsServer } from '../broker/settings/identityProviderSetting.js';
import { pastedCallback } from '../broker/callbacks/pastedCallback.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import type { SignInAttempt } from '../broker/signIn/signInAttempt.js';
import type { SignInOutcome, SignInRequest } from '../broker/signIn/signIn.js';
import { OAuthFlowError } from '../oauth/oauthFlowError.js';
import { sentence } from '../base/displayText.js';
import { agentNamed } from './agentCommands.js';
import { commandName, UsageError, type Options } from './commandLine.js';
import { authorizationAddress } from './directConsent.js';
import { accountNamed, type Session } from './session.js';
import type { HeadlessSettings } from './settingsFile.js';
import type { SignOutReceipt } from '../broker/signIn/signOut.js';
import type { RevocationReceipt } from '../oauth/tokenRevocation.js';

/** A user may have to find another device, or a colleague with the password; in milliseconds. */
const deadline = 15 * 60_000;

/**
 * Signs in, for the user who runs the command: with a code to enter in a browser anywhere (RFC 8628), or with an
 * address to open and the callback's address to paste.
 *
 * @returns whether an account is signed in
 */
export async function signIn(server: ServerConfig, options: Options, session: Session): Promise<boolean> {
  const { broker, terminal, signal } = session;
  if (options.code === true && options.paste === true)
    throw new UsageError('--code and --paste cannot be combined. Choose one.');
  const grant = directGrantOf(server);
  if (grant !== undefined) {
    terminal.say(insteadOfSignIn(server, grant, session.settings));
    return false;
  }
  const attempt = broker.signIns.begin(server, await requestOf(server, options, session));
  const cancel = () => attempt.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    if (await usesCode(attempt, options)) await withCode(attempt, session);
    else await withPaste(attempt, session);
  } catch (error) {
    if (error instanceof OAuthFlowError) attempt.fail(error);
    else if (!attempt.hasEnded) throw error;
  }
  const outcome = await attempt.outcome;
  terminal.say(outcomeTexts(server, outcome));
  return outcome.kind === 'signedIn';
}

/** Why a sign-in is not possible here, and which commands help: those of this program, not the editor's. */
function insteadOfSignIn(
  server: ServerConfig,
  grant: DirectGrantName,
  { identityProvider }: HeadlessSettings,
): string {
  const why =
    noSignInAt(server)?.message ?? `${server.name} uses an account of an editor, and no editor runs here.`;
  switch (grant) {
    case 'clientCredentials':
    case 'jwtBearer':
      return `${why} “${commandName} status --check” checks it.`;
    case 'enterpriseManaged':
      return identityProvider === undefined
        ? `${why} Set it as enterpriseIdentityProvider in the settings.`
        : `${why} Sign in there: “${commandName} sign-in ${identityProviderAsServer(identityProvider).name}”.`;
    case 'editorAccount':
      return why;
  }
}

async function requestOf(server: ServerConfig, options: Options, session: Session): Promise<SignInRequest> {
  if (options.agent !== undefined) return requestFor(options.agent, server, options, session);
  const { broker } = session;
  const { scope = [], account: [name] = [], another } = options;
  if (another === true && name !== undefined)
    throw new UsageError('--another and --account cannot be combined.');
  const account = name === undefined ? undefined : await accountNamed(broker, server, name);
  const held = (await broker.credentials.get(server.url, account))?.tokens.scopes ?? [];
  return defined({
    deadline,
    scopes: scope.length > 0 ? [...new Set([...held, ...scope])] : undefined,
    account,
    anotherAccount: another === true ? true : undefined,
  });
}

/** For an agent alone: within its admission, which names its account too. */
async function requestFor(
  name: string,
  server: ServerConfig,
  { scope = [], account, another }: Options,
  { broker: { admissions } }: Session,
): Promise<SignInRequest> {
  if (account !== undefined || another === true)
    throw new UsageError('The account of an agent is set when the agent is admitted.');
  const agent = await agentNamed(name, admissions);
  const access = agent.servers.find(({ url }) => url === server.url);
  if (access === undefined) throw new UsageError(`“${name}” is not admitted to ${server.name}.`);
  const ceiling = access.scopes;
  const beyond = scope.filter((one) => ceiling?.includes(one) === false);
  if (beyond.length > 0)
    throw new UsageError(`“${name}” is not admitted with ${beyond.join(', ')} at ${server.name}.`);
  const scopes = scope.length > 0 ? scope : ceiling;
  return defined({
    deadline,
    forAgent: agent.id,
    isAdmitted: () => admissions.isAdmitted(agent.id, server.url),
    scopes,
    account: access.account,
  });
}

async function usesCode(attempt: SignInAttempt, { code, paste }: Options): Promise<boolean> {
  if (code === true || paste === true) return code === true;
  const { as } = await attempt.discover();
  return as.device_authorization_endpoint !== undefined;
}

async function withCode(attempt: SignInAttempt, { terminal }: Session): Promise<void> {
  await attempt.useCode(({ userCode, verificationUri }) => {
    terminal.say(`To sign in to ${attempt.server.name}, open this address in a browser on any device:`);
    terminal.say(`  ${verificationUri.href}`);
    terminal.say(`and enter the code ${userCode}. Do so only if you started this sign-in yourself.`);
  });
}

async function withPaste(attempt: SignInAttempt, { broker, terminal, signal }: Session): Promise<void> {
  const page = await attempt.launchPage();
  const address = await authorizationAddress(page.address, signal);
  // Without one, the attempt has ended, with its reason.
  if (address === undefined) return;
  terminal.say(`To sign in to ${attempt.server.name}, open this address in a browser:`);
  terminal.say(`  ${address.href}`);
  terminal.say(
    'With a browser on this machine, no further step is needed. On another machine, the browser ends at',
  );
  terminal.say('a page that doesn’t load: copy the address of that page, paste it here, and press Enter.');
  const ended = new AbortController();
  void attempt.outcome.then(() => ended.abort());
  for (;;) {
    const line = await terminal.line(ended.signal);
    if (line === undefined || attempt.hasEnded) return;
    if (line.trim() === '') continue;
    const pasted = pastedCallback(line, broker.callbacks);
    // Pasted text is not repeated anywhere.
    if (pasted.kind === 'callback' && broker.callbacks.deliver(pasted.parameters, pasted.path)) return;
    terminal.say(
      'That is not the address that this sign-in returns to. Paste the whole address, including everything after the “?”.',
    );
  }
}

function outcomeTexts({ name }: ServerConfig, outcome: SignInOutcome): string {
  switch (outcome.kind) {
    case 'signedIn': {
      const { credential, notGranted, warnings, beside } = outcome;
      const account = accountName(credential);
      const who = account === undefined ? '' : ` as ${account}`;
      return [
        `Signed in to ${name}${who}.`,
        ...(beside === undefined ? [] : [`Calls still act as ${beside}.`]),
        ...(notGranted.length === 0 ? [] : [`Requested but not granted: ${notGranted.join(', ')}.`]),
        ...warnings,
      ].join(' ');
    }
    case 'cancelled':
      return `Not signed in to ${name}: cancelled.`;
    case 'timedOut':
      return `Not signed in to ${name}: the sign-in timed out. Nothing has changed.`;
    case 'declined':
      return `Not signed in to ${name}. ${sentence(outcome.detail)}`;
    case 'failed': {
      const { code, message, advice } = outcome.error;
      if (code === 'notProtected') return message;
      if (code === 'clientSecretRequired')
        return `Not signed in to ${name}. ${message} Enter it with “${commandName} client-secret ${name}”.`;
      return `Not signed in to ${name}. ${advice}`;
    }
  }
}

/** Signs out, of the identity provider with every sign-in that it led to, and reports what that did. */
export async function signOut(server: ServerConfig, options: Options, session: Session): Promise<void> {
  const { broker, settings, terminal } = session;
  const [name] = options.account ?? [];
  const account = name === undefined ? undefined : await accountNamed(broker, server, name);
  const receipt = await broker.signOuts.signOut(server, account);
  if (server.isIdentityProvider === true) {
    for (const one of settings.servers)
      if (directGrantOf(one) === 'enterpriseManaged') await broker.signOuts.signOut(one);
  }
  terminal.say(receiptTexts(server, receipt));
}

function receiptTexts({ name }: ServerConfig, receipt: SignOutReceipt): string {
  switch (receipt.kind) {
    case 'notSignedIn':
      return `There was no sign-in to ${name}.`;
    case 'forgotten':
      return `The account of ${receipt.provider} is no longer used for ${name}.`;
    case 'signedOut': {
      const { host, revocation, account, next } = receipt;
      const who = account === undefined ? '' : ` (${account})`;
      const then = next === undefined ? '' : ` Calls now act as ${next}.`;
      const tokens = revocationTexts(host, revocation);
      return `Signed out of ${name}${who}. ${tokens}${then}`;
    }
  }
}

function revocationTexts(host: string, { refreshToken, accessToken, problem }: RevocationReceipt): string {
  const outcomes = [refreshToken, accessToken].filter((outcome) => outcome !== undefined);
  if (outcomes.every((outcome) => outcome === 'revoked')) return `Its tokens are revoked at ${host}.`;
  if (outcomes.includes('failed')) {
    const why = problem === undefined ? '' : ` ${problem}`;
    return `The tokens are deleted here, but some couldn’t be revoked at ${host}.${why}`;
  }
  return refreshToken === 'revoked'
    ? `The refresh token is revoked at ${host}; the deleted access token expires by itself.`
    : `${host} doesn’t support revocation, so the tokens deleted here stay valid there until they expire.`;
}

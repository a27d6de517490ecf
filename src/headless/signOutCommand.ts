import { directGrantOf } from '../broker/settings/grantChoice.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import type { SignOutReceipt } from '../broker/signIn/signOut.js';
import type { RevocationReceipt } from '../oauth/tokenRevocation.js';
import type { Options } from './commandLine.js';
import { accountNamed, type Session } from './session.js';

/** Signs out, of the identity provider with all that its word has got, and says what that did. */
export async function signOut(server: ServerConfig, options: Options, session: Session): Promise<void> {
  const { broker, settings, terminal } = session;
  const [name] = options.account ?? [];
  const account = name === undefined ? undefined : await accountNamed(broker, server, name);
  const receipt = await broker.signOuts.signOut(server, account);
  if (server.isIdentityProvider === true) {
    for (const one of settings.servers)
      if (directGrantOf(one) === 'enterpriseManaged') await broker.signOuts.signOut(one);
  }
  terminal.say(receiptWords(server, receipt));
}

function receiptWords({ name }: ServerConfig, receipt: SignOutReceipt): string {
  switch (receipt.kind) {
    case 'notSignedIn':
      return `There was no sign-in to ${name}.`;
    case 'forgotten':
      return `The account of ${receipt.provider} is not used for ${name} any more.`;
    case 'signedOut': {
      const { host, revocation, account, next } = receipt;
      const who = account === undefined ? '' : ` (${account})`;
      const then = next === undefined ? '' : ` Calls now act as ${next}.`;
      const tokens = revocationWords(host, revocation);
      return `Signed out of ${name}${who}. ${tokens}${then}`;
    }
  }
}

function revocationWords(host: string, { refreshToken, accessToken, problem }: RevocationReceipt): string {
  const outcomes = [refreshToken, accessToken].filter((outcome) => outcome !== undefined);
  if (outcomes.every((outcome) => outcome === 'revoked')) return `Its tokens are revoked at ${host}.`;
  if (outcomes.includes('failed')) {
    const why = problem === undefined ? '' : ` ${problem}`;
    return `They are deleted here, but not all of its tokens could be revoked at ${host}.${why}`;
  }
  return refreshToken === 'revoked'
    ? `The refresh token is revoked at ${host}; the access token, deleted here, ends by itself.`
    : `${host} offers no revocation: the tokens, deleted here, stay valid there until they expire.`;
}

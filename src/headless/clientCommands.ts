import { generateClientKey, importClientKey, publicJwk } from '../oauth/clientKey.js';
import { Redacted } from '../base/redacted.js';
import { UsageError } from './commandLine.js';
import { serverNamed, type Session } from './session.js';
import type { Terminal } from './terminal.js';

/** Keeps the secret of the client that the settings name. It comes from standard input: arguments are everybody's to read. */
export async function keepClientSecret(name: string, session: Session): Promise<void> {
  const { broker, terminal, signal } = session;
  const { server, clientId } = configuredClient(name, session);
  terminal.say(`Type or paste the secret of the client ${clientId}. It isn’t displayed.`);
  const secret = (await terminal.line(signal))?.trim() ?? '';
  if (secret === '') throw new UsageError('Standard input contained no secret.');
  await broker.clientSecrets.put(server, clientId, new Redacted(secret));
  terminal.say('The secret was saved.');
}

/**
 * Keeps the key that the client proves itself with (RFC 7523 §2.2), and prints its public half, which is to be
 * registered at the authorization server.
 *
 * @param isToBeMade a key of its own, signing with ES256; else one comes from standard input
 */
export async function keepClientKey(name: string, isToBeMade: boolean, session: Session): Promise<void> {
  const { broker, terminal, signal } = session;
  const { server, clientId } = configuredClient(name, session);
  if (!isToBeMade)
    terminal.say(
      `Paste the private key of the client ${clientId}, as PEM (PKCS#8) or JWK. It isn’t displayed.`,
    );
  const key = isToBeMade
    ? await generateClientKey('ES256')
    : await importClientKey(await privateKeyText(terminal, signal));
  await broker.clientSecrets.putKey(server, clientId, key);
  terminal.print(JSON.stringify(publicJwk(key)));
  terminal.say('The key was saved. Register the public key above (JWK) with the authorization server.');
}

/** Up to the end of the key: who pastes it ends standard input with nothing. */
async function privateKeyText(terminal: Terminal, signal: AbortSignal): Promise<string> {
  let text = '';
  for (;;) {
    const line = await terminal.line(signal);
    if (line !== undefined) text += `${line}\n`;
    if (line === undefined || line.includes('-----END') || isWholeJson(text)) break;
  }
  if (text.trim() === '') throw new UsageError('Standard input contained no key.');
  return text;
}

function isWholeJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function configuredClient(name: string, { settings }: Session) {
  const server = serverNamed(settings, name);
  const { clientId } = server.oauth;
  if (clientId === undefined) throw new UsageError(`The settings have no oauth.clientId for ${name}.`);
  return { server, clientId };
}

import type { GrantName, OAuthSettings } from '../../src/broker/settings/oauthSettings.js';
import type { HeadlessBroker, HeadlessParts } from '../../src/headless/headlessBroker.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { importClientKey } from '../../src/oauth/clientKey.js';
import { Redacted } from '../../src/base/redacted.js';

/** What the suite gives a scenario's client (`MCP_CONFORMANCE_CONTEXT`), by the suite's names. */
export type ScenarioContext = Readonly<Record<string, unknown>>;

/** What a user would write into the settings on account of a context; nothing of it is secret. */
export function oauthOf(context: ScenarioContext): OAuthSettings {
  const clientId = textIn(context, 'client_id');
  const grant = grantOf(context);
  return {
    ...(clientId !== undefined && { clientId }),
    ...(grant !== undefined && { grant }),
    // Settings have to name a file; the assertion is in the context, and none is read.
    ...(grant === 'jwtBearer' && { assertionFile: '/in/the/context' }),
  };
}

/** What a context holds tells the grant, but for a secret, which serves two of them. */
function grantOf(context: ScenarioContext): GrantName | undefined {
  if (context['idp_id_token'] !== undefined) return 'enterpriseManaged';
  if (context['valid_jwt'] !== undefined) return 'jwtBearer';
  if (context['private_key_pem'] !== undefined) return 'clientCredentials';
  return context['name'] === 'auth/client-credentials-basic' ? 'clientCredentials' : undefined;
}

/** What a process that signs in without a user is given at its start. */
export function unattendedParts(
  context: ScenarioContext,
): Pick<HeadlessParts, 'assertions' | 'identityProvider'> {
  const assertion = textIn(context, 'valid_jwt');
  const idToken = textIn(context, 'idp_id_token');
  const issuer = textIn(context, 'idp_issuer');
  const clientId = textIn(context, 'idp_client_id');
  return {
    ...(assertion !== undefined && {
      assertions: { read: () => Promise.resolve(new Redacted(assertion)) },
    }),
    ...(idToken !== undefined &&
      issuer !== undefined &&
      clientId !== undefined && {
        identityProvider: { issuer, clientId, idToken: () => Promise.resolve(new Redacted(idToken)) },
      }),
  };
}

/** Gives the broker what a user would give with a command. */
export async function giveSecrets(
  broker: HeadlessBroker,
  server: ServerConfig,
  context: ScenarioContext,
): Promise<void> {
  const { clientId } = server.oauth;
  if (clientId === undefined) return;
  const secret = textIn(context, 'client_secret');
  if (secret !== undefined) await broker.clientSecrets.put(server, clientId, new Redacted(secret));
  const key = textIn(context, 'private_key_pem');
  if (key !== undefined) await broker.clientSecrets.putKey(server, clientId, await importClientKey(key));
}

function textIn(context: ScenarioContext, name: string): string | undefined {
  const value = context[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

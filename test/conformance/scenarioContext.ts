import type { GrantName, OAuthSettings } from '../../src/broker/settings/oauthSettings.js';
import type { HeadlessBroker, HeadlessParts } from '../../src/headless/headlessBroker.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { importClientKey } from '../../src/oauth/clientKey.js';
import { Redacted } from '../../src/base/redacted.js';

/** The suite's data for a scenario's client (`MCP_CONFORMANCE_CONTEXT`), by the suite's names. */
export type ScenarioContext = Readonly<Record<string, unknown>>;

/** Returns the settings that a user would write for a context, without secrets. */
export function oauthOf(context: ScenarioContext): OAuthSettings {
  const clientId = textIn(context, 'client_id');
  const grant = grantOf(context);
  return {
    ...(clientId !== undefined && { clientId }),
    ...(grant !== undefined && { grant }),
    // Settings must name a file. The assertion is in the context, so none is read.
    ...(grant === 'jwtBearer' && { assertionFile: '/in/the/context' }),
  };
}

/** The content of a context determines the grant, except for a secret, which is used by two grants. */
function grantOf(context: ScenarioContext): GrantName | undefined {
  if (context['idp_id_token'] !== undefined) return 'enterpriseManaged';
  if (context['valid_jwt'] !== undefined) return 'jwtBearer';
  if (context['private_key_pem'] !== undefined) return 'clientCredentials';
  return context['name'] === 'auth/client-credentials-basic' ? 'clientCredentials' : undefined;
}

/** Returns the start parameters of a process that signs in without a user. */
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

/** Stores secrets in the broker as a user's command does. */
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

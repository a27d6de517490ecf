import type { GrantName, OAuthSettings } from '../../src/broker/oauthSettings.js';
import type { HeadlessBroker } from '../../src/headless/headlessBroker.js';
import type { ServerConfig } from '../../src/broker/serverSettings.js';
import { Redacted } from '../../src/oauth/redacted.js';

/** What the suite gives a scenario's client (`MCP_CONFORMANCE_CONTEXT`), by the suite's names. */
export type ScenarioContext = Readonly<Record<string, unknown>>;

/** What a person would write into the settings on account of a context; nothing of it is secret. */
export function oauthOf(context: ScenarioContext): OAuthSettings {
  const clientId = textIn(context, 'client_id');
  const grant = grantOf(context);
  return { ...(clientId !== undefined && { clientId }), ...(grant !== undefined && { grant }) };
}

/** What a context holds tells the grant, but for a secret, which serves two of them. */
function grantOf(context: ScenarioContext): GrantName | undefined {
  if (context['idp_id_token'] !== undefined) return 'enterpriseManaged';
  if (context['valid_jwt'] !== undefined) return 'jwtBearer';
  if (context['private_key_pem'] !== undefined) return 'clientCredentials';
  return context['name'] === 'auth/client-credentials-basic' ? 'clientCredentials' : undefined;
}

/** Gives the broker what a person would give with a command. */
export async function giveSecrets(
  broker: HeadlessBroker,
  server: ServerConfig,
  context: ScenarioContext,
): Promise<void> {
  const { clientId } = server.oauth;
  const secret = textIn(context, 'client_secret');
  if (clientId === undefined || secret === undefined) return;
  await broker.clientSecrets.put(server, clientId, new Redacted(secret));
}

function textIn(context: ScenarioContext, name: string): string | undefined {
  const value = context[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

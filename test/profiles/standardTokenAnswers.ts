import type { ScriptedAnswer } from '../oauth/scriptedServer.js';
import type { Issued, Refusal } from './providerDescription.js';

/** RFC 6749 §5.2. */
export function standardRefusal({ error, description }: Refusal): ScriptedAnswer {
  const status = error === 'invalid_client' ? 401 : 400;
  return { status, body: { error, error_description: description } };
}

/** RFC 6749 §5.1. */
export function standardAnswer({
  accessToken,
  refreshToken,
  idToken,
  scopes,
  lifetime,
}: Issued): ScriptedAnswer {
  return {
    body: {
      access_token: accessToken,
      token_type: 'Bearer',
      ...(lifetime !== undefined && { expires_in: lifetime }),
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
      ...(idToken !== undefined && { id_token: idToken }),
      scope: scopes.join(' '),
    },
  };
}

import type { ServerConfig } from './serverSettings.js';

/** Grants that need no person at the time of a call; for `editorAccount` the person has chosen one before. */
export const directGrantNames = [
  'clientCredentials',
  'jwtBearer',
  'enterpriseManaged',
  'editorAccount',
] as const;
export type DirectGrantName = (typeof directGrantNames)[number];

/** @returns undefined where the person signs in with a browser */
export function directGrantOf({ oauth }: ServerConfig): DirectGrantName | undefined {
  if (oauth.authenticationProvider !== undefined) return 'editorAccount';
  return oauth.grant === undefined || oauth.grant === 'authorizationCode' ? undefined : oauth.grant;
}

/** Whether no person ever signs in at a server: it is the client, or a workload, that calls. */
export function isUnattended(server: ServerConfig): boolean {
  const grant = directGrantOf(server);
  return grant === 'clientCredentials' || grant === 'jwtBearer';
}

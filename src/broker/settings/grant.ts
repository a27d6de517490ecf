import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import type { ServerConfig } from './serverSettings.js';

/**
 * Why no user can sign in at a server: its calls use tokens of the configured grant, which belong to another account
 * than a user's.
 *
 * @returns undefined if a user signs in, with a browser or with an account of the editor
 */
export function noSignInAt(server: ServerConfig): OAuthFlowError | undefined {
  const grant = directGrantOf(server);
  if (grant === undefined || grant === 'editorAccount') return undefined;
  const { why, fix } = reasons[grant];
  return new OAuthFlowError('noUserSignsIn', `${server.name} does not need a sign-in: ${why}.`, {
    field: 'oauth.grant',
    fix,
  });
}

const reasons: Readonly<
  Record<Exclude<DirectGrantName, 'editorAccount'>, { readonly why: string; readonly fix: string }>
> = {
  clientCredentials: {
    why: 'the client calls with its own identity',
    fix: 'Call its tools, or check the server.',
  },
  jwtBearer: {
    why: 'a workload calls with its own identity',
    fix: 'Call its tools, or check the server.',
  },
  enterpriseManaged: {
    why: "it relies on your organization's identity provider",
    fix: 'Sign in there with “MCP OAuth: Sign In to Identity Provider…”.',
  },
};

/** Grants that need no user at the time of a call; for `editorAccount` the user has chosen one before. */
export const directGrantNames = [
  'clientCredentials',
  'jwtBearer',
  'enterpriseManaged',
  'editorAccount',
] as const;
export type DirectGrantName = (typeof directGrantNames)[number];

/** Whether the editor signs in, with an account of its own. */
export function usesEditorAccount({ oauth }: ServerConfig): boolean {
  return oauth.authenticationProvider !== undefined;
}

/** @returns undefined if the user signs in with a browser */
export function directGrantOf(server: ServerConfig): DirectGrantName | undefined {
  if (usesEditorAccount(server)) return 'editorAccount';
  const { oauth } = server;
  return oauth.grant === undefined || oauth.grant === 'authorizationCode' ? undefined : oauth.grant;
}

/** Whether no user ever signs in at a server: it is the client, or a workload, that calls. */
export function isUnattended(server: ServerConfig): boolean {
  const grant = directGrantOf(server);
  return grant === 'clientCredentials' || grant === 'jwtBearer';
}

import type { HttpContext } from '../../oauth/httpContext.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import type { Account } from '../../oauth/accountName.js';
import type { OAuthClient } from '../../oauth/oauthClient.js';
import type { TokenSet } from '../../oauth/tokenSet.js';
import {
  authenticationProviders,
  type AuthenticationProviderProfile,
} from '../settings/authenticationProviders.js';
import type { Credential } from '../accounts/credential.js';
import {
  discover,
  editorAccountSource,
  editorClient,
  type Discovered,
  type DiscoveryParts,
  type EditorAccountSource,
} from '../discovery/discovery.js';
import type { Clock } from '../../base/clock.js';
import type { EditorAccounts, EditorSession } from '../ports.js';
import { probe } from '../discovery/probe.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** What the editor gave for a sign-in. */
export interface EditorAccountGrant {
  readonly server: ServerConfig;
  readonly found: Discovered;
  readonly pending: {
    readonly as: Discovered['as'];
    readonly client: OAuthClient;
    readonly scopes: readonly string[];
  };
  readonly tokens: TokenSet;
  readonly account: Account;
  readonly grant: 'editorAccount';
}

/**
 * How long the editor's token is considered valid, in milliseconds. The editor does not report when a token ends or
 * when the user signs out, so it is asked again, which sends no request if nothing has changed.
 */
const lentFor = 5 * 60_000;

/** Tokens of accounts that the user has signed in to in the editor itself. They are the editor's, and are kept in no record. */
export class EditorAccountTokens {
  /** Tokens that a server has answered with 401, by its address. */
  readonly #refused = new Map<string, string>();

  constructor(
    private readonly accounts: EditorAccounts,
    private readonly clock: Clock,
    /** If absent, the editor's built-in providers. */
    private readonly providers: readonly AuthenticationProviderProfile[] = authenticationProviders,
  ) {}

  /** What discovery has to know of it. */
  get table(): { readonly authenticationProviders: readonly AuthenticationProviderProfile[] } {
    return { authenticationProviders: this.providers };
  }

  /** Notes a 401 response, because the editor may not know yet that the token is no longer valid. */
  refused({ serverUrl, tokens }: Credential): void {
    this.#refused.set(serverUrl, tokens.accessToken.expose());
  }

  /**
   * Returns the editor's present token of the account that the user chose for this server, with the granted scopes.
   * The user is not asked.
   *
   * @returns undefined if the editor has none, or only the one that the server refused
   * @throws OAuthFlowError `authenticationProviderRefused`, and the errors of discovery
   */
  async renewed(
    server: ServerConfig,
    held: Credential,
    http: HttpContext,
    parts: DiscoveryParts,
  ): Promise<Credential | undefined> {
    const challenge = await probe(server, http);
    if (challenge === 'open') return undefined;
    const found = await discover(server, challenge, http, { ...parts, ...this.table });
    const source = this.#sourceOf(server, found);
    if (source.provider.id !== held.client.clientId || source.issuer !== held.as.issuer) return undefined;
    const { account } = held;
    const { id } = source.provider;
    const asked = withInstructions(held.tokens.scopes, source);
    const session =
      account === undefined ? undefined : await this.accounts.existingSession(id, asked, account);
    if (session === undefined || session.account.id !== account?.id) return undefined;
    if (this.#refused.get(server.url) === session.accessToken.expose()) return undefined;
    return {
      ...held,
      tokens: this.#tokensOf(session, held.tokens.scopes, source),
      obtainedAt: this.clock.now(),
    };
  }

  /**
   * Makes the editor ask the user, in response to an action of the user.
   *
   * @returns undefined if they chose no account
   * @throws OAuthFlowError `authenticationProviderRefused`
   */
  async asked(
    server: ServerConfig,
    found: Discovered,
    scopes: readonly string[],
  ): Promise<EditorAccountGrant | undefined> {
    const source = this.#sourceOf(server, found);
    const wanted = withoutInstructions(scopes, source);
    const session = await this.accounts.askedSession(source.provider.id, withInstructions(wanted, source), {
      server: server.name,
      anew: this.#refused.has(server.url),
    });
    if (session === undefined) return undefined;
    this.#refused.delete(server.url);
    return {
      server,
      found,
      pending: { as: found.as, client: editorClient(source), scopes: wanted },
      tokens: this.#tokensOf(session, wanted, source),
      account: session.account,
      grant: 'editorAccount',
    };
  }

  /** Checked again right before each request for a token. */
  #sourceOf(server: ServerConfig, { resource }: Discovered): EditorAccountSource {
    const source = editorAccountSource(server, resource, this.providers);
    if (source === undefined) throw noEditorAccount(server);
    return source;
  }

  #tokensOf(session: EditorSession, asked: readonly string[], source: EditorAccountSource): TokenSet {
    const granted = withoutInstructions(session.scopes, source);
    return {
      accessToken: session.accessToken,
      tokenType: 'Bearer',
      expiresAt: this.clock.now() + lentFor,
      scopes: granted.length === 0 ? asked : granted,
    };
  }
}

/**
 * {@link EditorAccountTokens.asked}, if there is an editor.
 *
 * @throws OAuthFlowError `authenticationProviderUnavailable` if there is none
 */
export async function askEditor(
  server: ServerConfig,
  found: Discovered,
  scopes: readonly string[],
  editorAccounts: EditorAccountTokens | undefined,
): Promise<EditorAccountGrant | undefined> {
  if (editorAccounts === undefined) throw noEditorAccount(server);
  return editorAccounts.asked(server, found, scopes);
}

/** The error if there is no editor. */
export function noEditorAccount(server: ServerConfig): OAuthFlowError {
  const id = server.oauth.authenticationProvider ?? '';
  return new OAuthFlowError(
    'authenticationProviderUnavailable',
    `“${server.name}” is used with the editor's ${id} account, but this process has no editor.`,
    {
      field: 'oauth.authenticationProvider',
      fix: 'Use the server in the editor, or remove oauth.authenticationProvider from its settings.',
    },
  );
}

function withoutInstructions(scopes: readonly string[], { provider }: EditorAccountSource): string[] {
  return scopes.filter((scope) => provider.instructions?.test(scope) !== true);
}

function withInstructions(scopes: readonly string[], { provider, issuer }: EditorAccountSource): string[] {
  return [...scopes, ...(provider.instructionsFor?.(issuer) ?? [])];
}

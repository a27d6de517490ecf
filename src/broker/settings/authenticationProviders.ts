/** One of the editor's authentication providers, and the issuer of its tokens. */
export interface AuthenticationProviderProfile {
  /** As the editor knows it, and as `oauth.authenticationProvider` names it. */
  readonly id: string;
  readonly label: string;
  /** The issuers it stands for. Anchored at both ends: what it lets through is given the user's token. */
  readonly issuer: RegExp;
  /** Scopes that are instructions to the provider itself, which no server may give. */
  readonly instructions?: RegExp;
  /** Instructions of ours: what makes it sign in at this very issuer. */
  readonly instructionsFor?: (issuer: string) => readonly string[];
}

const entraIssuer = /^https:\/\/login\.microsoftonline\.com\/([\w-]+(?:\.[\w-]+)*)(?:\/v2\.0)?$/;

/**
 * The providers that come with the editor. Each claims its issuers itself, as `authorizationServerGlobs` in its
 * manifest: read on 2026-11-24 in VS Code 1.139.1, `extensions/github-authentication/package.json` and
 * `extensions/microsoft-authentication/package.json`. The instructions are those of
 * `extensions/microsoft-authentication/src/common/scopeData.ts`.
 */
export const authenticationProviders: readonly AuthenticationProviderProfile[] = [
  { id: 'github', label: 'GitHub', issuer: /^https:\/\/github\.com\/login\/oauth$/ },
  {
    id: 'microsoft',
    label: 'Microsoft',
    issuer: entraIssuer,
    instructions: /^VSCODE_/i,
    // Without one it signs in at whichever tenant the account calls its own.
    instructionsFor: (issuer) => {
      const tenant = entraIssuer.exec(issuer)?.[1];
      return tenant === undefined ? [] : [`VSCODE_TENANT:${tenant}`];
    },
  },
];

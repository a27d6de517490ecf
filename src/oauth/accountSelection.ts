import type { AuthorizationServer } from './authorizationServerMetadata.js';

/**
 * What `prompt` says where another account is wanted than the one the browser is signed in with: to choose one
 * where that is known to be offered, else to sign in anew. Servers without OpenID Connect are told nothing.
 *
 * @param offersChoice the provider is known to offer it, though its metadata does not say so
 * @see OpenID Connect Core §3.1.2.1; Initiating User Registration §2, `prompt_values_supported`
 */
export function promptForAnotherAccount(as: AuthorizationServer, offersChoice: boolean): string | undefined {
  const advertised: unknown = as['prompt_values_supported'];
  const values: readonly unknown[] = Array.isArray(advertised) ? advertised : [];
  if (offersChoice || values.includes('select_account')) return 'select_account';
  const knowsOpenId = as.userinfo_endpoint !== undefined || as.scopes_supported?.includes('openid') === true;
  return values.includes('login') || knowsOpenId ? 'login' : undefined;
}

/** Both at once, such as `select_account consent`; each word once. */
export function joinedPrompts(...prompts: readonly (string | undefined)[]): string | undefined {
  const words = new Set(prompts.flatMap((prompt) => prompt?.split(' ') ?? []).filter((word) => word !== ''));
  // Nothing else may stand beside `none`.
  words.delete('none');
  return words.size === 0 ? undefined : [...words].join(' ');
}

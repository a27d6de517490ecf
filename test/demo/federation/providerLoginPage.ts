import { escapeHtml } from '../interactionPages.js';
import type { ProviderAccount } from './providerAccounts.js';

const style = `
  body { font: 16px/1.5 Georgia, serif; margin: 0; background: #1e3a34; color: #fff; }
  main { max-width: 22rem; margin: 10vh auto; }
  label { display: block; margin: .75rem 0 .25rem; }
  input { width: 100%; box-sizing: border-box; font: inherit; padding: .5rem; border: 0; }
  button { font: inherit; padding: .5rem 1.25rem; margin: 1rem .5rem 0 0; border: 0; background: #fbbf24; color: #111827; cursor: pointer; }`;

export interface ProviderLoginPage {
  /** The provider's name. */
  readonly provider: string;
  /** The address that the form is sent to. */
  readonly action: string;
  readonly failure?: string;
  /** Whether to offer a cancel button, for providers that report a cancellation. */
  readonly cancel?: boolean;
}

/** An identity provider's own sign-in page. */
export function providerLoginPage({ provider, action, failure, cancel }: ProviderLoginPage): string {
  const name = escapeHtml(provider);
  return providerPage(
    `Sign in – ${provider}`,
    `<h1>${name}</h1>${failure === undefined ? '' : `<p role="alert">${escapeHtml(failure)}</p>`}
<form method="post" action="${escapeHtml(action)}">
<label for="email">Email</label>
<input id="email" name="email" type="email" autocomplete="username" required>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit" name="decision" value="signIn">Sign in</button>
${cancel ? '<button type="submit" name="decision" value="cancel" formnovalidate>Cancel</button>' : ''}
</form>`,
  );
}

/** Returns a page with an identity provider's error. */
export function providerErrorPage(provider: string, description: string): string {
  return providerPage(
    `Something went wrong – ${provider}`,
    `<h1>${escapeHtml(provider)}</h1><p role="alert">${escapeHtml(description)}</p>`,
  );
}

/** Returns the account whose credentials the form contains, if any. */
export function accountOf(
  form: URLSearchParams,
  accounts: readonly ProviderAccount[],
): ProviderAccount | undefined {
  return accounts.find(
    ({ email, password }) => email === form.get('email')?.trim() && password === form.get('password'),
  );
}

function providerPage(title: string, main: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${style}</style></head>
<body><main>${main}</main></body></html>`;
}

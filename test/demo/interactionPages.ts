/** A scope as the consent page shows it. */
export interface ConsentScope {
  readonly scope: string;
  readonly words: string;
  /** Whether the scope is requested in addition to those the user has granted this client before. */
  readonly added: boolean;
}

export interface ConsentPage {
  readonly clientName: string;
  /** The signed-in user. */
  readonly email: string;
  /** Addresses of the resource servers that the client requests access to. */
  readonly resources: readonly string[];
  /** Scopes of the resources, each with a check box. */
  readonly scopes: readonly ConsentScope[];
  /** Descriptions of the identity scopes in plain language. */
  readonly identity: readonly string[];
  /** Whether the client already has a grant. If so, only additions are shown. */
  readonly stepUp: boolean;
}

const style = `
  body { font: 16px/1.5 system-ui, sans-serif; margin: 0; background: #f3f4f6; color: #111827; }
  main { max-width: 26rem; margin: 8vh auto; padding: 1.5rem 2rem 2rem; background: #fff; border: 1px solid #d1d5db; border-radius: 8px; }
  h1 { font-size: 1.4rem; margin: 0 0 1rem; }
  label { display: block; margin: .75rem 0 .25rem; }
  input[type=email], input[type=password] { width: 100%; box-sizing: border-box; font: inherit; padding: .5rem; border: 1px solid #6b7280; border-radius: 4px; }
  ul { list-style: none; padding: 0; } li label { margin: .5rem 0; }
  code { background: #f3f4f6; padding: 0 .25rem; overflow-wrap: anywhere; }
  button { font: inherit; padding: .5rem 1.25rem; margin: 1rem .5rem 0 0; border-radius: 4px; border: 1px solid #1d4ed8; background: #fff; color: #1d4ed8; cursor: pointer; }
  button.first { background: #1d4ed8; color: #fff; }
  .new { background: #14532d; color: #fff; border-radius: 4px; padding: 0 .375rem; font-size: .8rem; }
  [role=alert] { color: #991b1b; }`;

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function page(title: string, main: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)} – Demo Authorization Server</title><style>${style}</style></head>
<body><main>${main}</main></body></html>`;
}

/** A sign-in option other than a password. */
interface LoginChoice {
  readonly id: string;
  readonly label: string;
}

export interface LoginPage {
  /** The initial value of the field. */
  readonly email?: string;
  /** The text of an alert. */
  readonly failure?: string;
  /** A button for each option, whose form is sent to `action`. */
  readonly elsewhere?: { readonly action: string; readonly choices: readonly LoginChoice[] };
}

/** Returns the sign-in form, sent to `action`. */
export function loginPage(action: string, options: LoginPage): string {
  const failure = options.failure === undefined ? '' : `<p role="alert">${escapeHtml(options.failure)}</p>`;
  return page(
    'Sign in',
    `<h1>Sign in</h1>${failure}
<form method="post" action="${escapeHtml(action)}">
<label for="email">Email</label>
<input id="email" name="email" type="email" autocomplete="username" required value="${escapeHtml(options.email ?? '')}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button class="first" type="submit" name="decision" value="signIn">Sign in</button>
<button type="submit" name="decision" value="cancel" formnovalidate>Cancel</button>
</form>${options.elsewhere === undefined ? '' : elsewhereForm(options.elsewhere)}`,
  );
}

function elsewhereForm({ action, choices }: NonNullable<LoginPage['elsewhere']>): string {
  const buttons = choices.map(
    ({ id, label }) =>
      `<button type="submit" name="provider" value="${escapeHtml(id)}">Sign in with ${escapeHtml(label)}</button>`,
  );
  return `\n<form method="post" action="${escapeHtml(action)}">${buttons.join('\n')}</form>`;
}

function scopeItem({ scope, words, added }: ConsentScope, stepUp: boolean): string {
  const name = escapeHtml(scope);
  const mark = stepUp && added ? '<span class="new">New</span> ' : '';
  return `<li data-scope="${name}"><label><input type="checkbox" name="scope" value="${name}" checked>
${mark}${escapeHtml(words)} <code>${name}</code></label></li>`;
}

/** Returns the consent form, sent to `action`: client, server, scopes, and Allow or Deny. */
export function consentPage(action: string, consent: ConsentPage): string {
  const client = escapeHtml(consent.clientName);
  const title = consent.stepUp ? `${client} asks for more` : `${client} asks for access`;
  const lead = consent.stepUp
    ? 'It has your consent already. It would like to do this too:'
    : 'It would be able to:';
  const shown = consent.stepUp ? consent.scopes.filter(({ added }) => added) : consent.scopes;
  const kept = consent.scopes.filter((scope) => !shown.includes(scope));
  const list =
    shown.length > 0
      ? `<p>${lead}</p><ul>${shown.map((scope) => scopeItem(scope, consent.stepUp)).join('')}</ul>`
      : '<p>Nothing more than you have allowed before.</p>';
  const carried = kept.map(({ scope }) => `<input type="hidden" name="scope" value="${escapeHtml(scope)}">`);
  const identity =
    consent.identity.length > 0 ? `<p>It learns ${escapeHtml(consent.identity.join(' and '))}.</p>` : '';
  const where = consent.resources.map((resource) => `<code>${escapeHtml(resource)}</code>`).join(', ');
  return page(
    'Consent',
    `<h1>${title}</h1>
<p><strong>${client}</strong> wants to act as <strong>${escapeHtml(consent.email)}</strong>${where === '' ? '' : ` at ${where}`}.</p>
<form method="post" action="${escapeHtml(action)}">
${list}${identity}${carried.join('')}
<button class="first" type="submit" name="decision" value="allow">Allow</button>
<button type="submit" name="decision" value="deny">Deny</button>
</form>`,
  );
}

/** Returns an error page for the user. */
export function errorPage(error: string, description: string): string {
  return page(
    'Something went wrong',
    `<h1>Something went wrong</h1><p role="alert">${escapeHtml(description)}</p><p><code>${escapeHtml(error)}</code></p>`,
  );
}

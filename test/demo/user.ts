import { CookieJar } from './cookieJar.js';
import { readForms, textOf, titleOf, type HtmlForm } from './htmlForm.js';

/** A page that the user saw. */
export interface SeenPage {
  readonly url: URL;
  readonly status: number;
  readonly title: string;
  /** Its visible text, in one line. */
  readonly text: string;
  /** Scopes with a check box. */
  readonly scopes: readonly string[];
}

export interface SignInAnswers {
  readonly email: string;
  readonly password: string;
  /** `only` clears every other scope on the consent page, then allows. */
  readonly consent: 'allow' | 'deny' | { readonly only: readonly string[] };
  /** The browser to use. By default, each sign-in has a new one. */
  readonly browser?: UserBrowser;
  /**
   * The button of the sign-in page that leads to an identity provider. Email and password are then for its
   * page.
   */
  readonly through?: string;
  /** Receives each form before it is sent and may change it, as a user at the browser can. */
  readonly tamper?: (form: HtmlForm) => void;
}

/** The cookies of one user's browser, and the pages it has shown. */
export class UserBrowser {
  readonly cookies = new CookieJar();
  readonly pages: SeenPage[] = [];

  /** The consent pages, oldest first. */
  get consentPages(): SeenPage[] {
    return this.pages.filter(({ title }) => title.startsWith('Consent'));
  }
}

/** The user could not continue from a page. */
export class SignInStopped extends Error {
  override readonly name = 'SignInStopped';
  constructor(readonly page: SeenPage) {
    super(`The sign-in stopped at "${page.title}" (${page.status}): ${page.text}`);
  }
}

/**
 * Acts with `fetch` as a user in a browser: follows redirects, fills in the login page, and decides on the
 * consent page. May also start from an address that redirects to the authorization endpoint.
 *
 * @returns the redirect with the authorization response, not followed
 * @throws {SignInStopped} at an error page, a wrong password, or an unknown page
 */
export async function signInAsUser(authorizationUrl: string | URL, answers: SignInAnswers): Promise<URL> {
  const browser = answers.browser ?? new UserBrowser();
  let url = new URL(authorizationUrl);
  let sent: HtmlForm | undefined;
  let from: URL | undefined;
  for (let step = 0; step < 20; step++) {
    const response = await visit(browser, url, from, sent);
    sent = undefined;
    const location = response.headers.get('location');
    if (location !== null) {
      await response.body?.cancel();
      url = new URL(location, url);
      if (isAuthorizationResponse(url)) return url;
      continue;
    }
    const html = await response.text();
    const forms = readForms(html, url);
    const page: SeenPage = {
      url,
      status: response.status,
      title: titleOf(html),
      text: textOf(html),
      scopes: [...html.matchAll(/data-scope="([^"]*)"/g)].map(([, scope = '']) => scope),
    };
    browser.pages.push(page);
    const ownForm = forms[0];
    // An error in a form is not visible to the user: the page submits it.
    if (!ownForm || !(response.ok || sendsItself(html))) throw new SignInStopped(page);
    sent = goElsewhere(forms, answers.through) ?? fillIn(ownForm, answers);
    answers.tamper?.(sent);
    from = url;
    url = sent.action;
  }
  throw new Error('The sign-in did not end within 20 steps.');
}

async function visit(
  browser: UserBrowser,
  url: URL,
  from: URL | undefined,
  form: HtmlForm | undefined,
): Promise<Response> {
  const cookie = browser.cookies.headerFor(url, { from, method: form?.method });
  const response = await fetch(url, {
    redirect: 'manual',
    headers: cookie === undefined ? {} : { cookie },
    ...(form?.method === 'post' && { method: 'POST', body: form.fields }),
  });
  browser.cookies.store(url, response.headers.getSetCookie());
  return response;
}

/** RFC 6749 §4.1.2: `code` or `error` is in every authorization response and in no request. */
function isAuthorizationResponse(url: URL): boolean {
  return !/^https?:$/.test(url.protocol) || url.searchParams.has('code') || url.searchParams.has('error');
}

function sendsItself(html: string): boolean {
  return html.includes('document.forms[0].submit()');
}

/** Returns the form with that button, as if pressed, if the page has it. */
function goElsewhere(forms: readonly HtmlForm[], through: string | undefined): HtmlForm | undefined {
  for (const form of forms) {
    const button = form.buttons.find(({ label }) => label === through);
    if (!button) continue;
    form.fields.append(button.name, button.value);
    return form;
  }
  return undefined;
}

function fillIn(form: HtmlForm, { email, password, consent }: SignInAnswers): HtmlForm {
  const { fields } = form;
  const press = (label: string) => {
    const button = form.buttons.find((candidate) => candidate.label === label);
    if (button) fields.append(button.name, button.value);
    return button !== undefined;
  };
  if (fields.has('password')) {
    fields.set('email', email);
    fields.set('password', password);
    press('Sign in');
  } else if (consent === 'deny') press('Deny');
  else if (press('Allow') && consent !== 'allow') {
    const offered = fields.getAll('scope');
    fields.delete('scope');
    for (const scope of offered) if (consent.only.includes(scope)) fields.append('scope', scope);
  }
  return form;
}

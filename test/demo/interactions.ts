import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import type { FederatedLogins } from './federation/federatedLogins.js';
import { UpstreamRefused } from './federation/upstreamLogin.js';
import type { GrantStore } from './grantStore.js';
import { consentPage, errorPage, loginPage, type ConsentScope, type LoginPage } from './interactionPages.js';
import { readBody, sendHtml } from './loopbackServer.js';
import { userByPassword, userBySubject } from './people.js';

/** A resource server that the authorization server issues tokens for. */
export interface DemoResource {
  readonly url: string;
  /** Descriptions of scopes in plain language for the consent page. */
  readonly scopes: Readonly<Record<string, string>>;
}

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

const identityTexts = new Map([
  ['email', 'your email address'],
  ['profile', 'your name'],
]);

/** The login and consent pages between an authorization request and its response. */
export class Interactions {
  constructor(
    private readonly provider: Provider,
    private readonly grants: GrantStore,
    private readonly resources: ReadonlyMap<string, DemoResource>,
    /** Path of all interactions, such as "/interaction". */
    private readonly basePath: string,
    /** Logins at identity providers, if enabled. */
    private readonly federated: FederatedLogins | undefined,
  ) {}

  /** The page of an interaction. */
  pathFor(uid: string): string {
    return `${this.basePath}/${uid}`;
  }

  /** Returns false if the request is for something else. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const path = new URL(request.url ?? '/', this.provider.issuer).pathname;
    if (!path.startsWith(`${this.basePath}/`)) return false;
    let interaction: Interaction;
    try {
      interaction = await this.provider.interactionDetails(request, response);
    } catch {
      sendHtml(
        response,
        400,
        errorPage('expired', 'This sign-in has expired. Start it again from the editor.'),
      );
      return true;
    }
    const step = path.slice(this.pathFor(interaction.uid).length);
    if (request.method === 'GET' && step === '') await this.#show(interaction, response);
    else if (request.method === 'GET' && step.startsWith('/answer/'))
      await this.#finishElsewhere(interaction, step.slice('/answer/'.length), request, response);
    else if (request.method === 'POST') {
      const form = new URLSearchParams(await readBody(request));
      if (step === '/login') await this.#login(interaction, form, request, response);
      else if (step === '/elsewhere') await this.#goElsewhere(interaction, form, response);
      else if (step === '/consent') await this.#consent(interaction, form, request, response);
      else sendHtml(response, 404, errorPage('not_found', 'There is no such page.'));
    } else sendHtml(response, 404, errorPage('not_found', 'There is no such page.'));
    return true;
  }

  async #show(interaction: Interaction, response: ServerResponse): Promise<void> {
    if (interaction.prompt.name === 'login') {
      const hint = interaction.params['login_hint'];
      this.#showLogin(interaction, response, 200, typeof hint === 'string' ? { email: hint } : {});
      return;
    }
    const path = this.pathFor(interaction.uid);
    const asked = this.#asked(interaction);
    const client = await this.provider.Client.find(String(interaction.params['client_id']));
    const scopes = [...asked.scopes.values()].flat();
    const page = consentPage(`${path}/consent`, {
      clientName: client?.clientName ?? client?.clientId ?? 'An application',
      email: userBySubject(asked.sub)?.email ?? asked.sub,
      resources: [...asked.scopes.keys()],
      scopes,
      identity: asked.identityScopes.flatMap((scope) => identityTexts.get(scope) ?? []),
      stepUp: scopes.some(({ added }) => !added),
    });
    sendHtml(response, 200, page);
  }

  async #login(
    interaction: Interaction,
    form: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (form.get('decision') === 'cancel') {
      await this.#refuse('The user cancelled the sign-in.', request, response);
      return;
    }
    const email = form.get('email') ?? '';
    const user = userByPassword(email, form.get('password') ?? '');
    if (!user) {
      const failure = 'That email and password do not match.';
      this.#showLogin(interaction, response, 401, { email, failure });
      return;
    }
    await this.provider.interactionFinished(request, response, { login: { accountId: user.sub } });
  }

  async #goElsewhere(
    interaction: Interaction,
    form: URLSearchParams,
    response: ServerResponse,
  ): Promise<void> {
    const { uid, prompt } = interaction;
    const url = await this.federated?.begin(
      uid,
      form.get('provider') ?? '',
      prompt.reasons.includes('login_prompt'),
    );
    if (url) response.writeHead(303, { location: url.href }).end();
    else sendHtml(response, 404, errorPage('not_found', 'There is no such identity provider.'));
  }

  async #finishElsewhere(
    interaction: Interaction,
    handle: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    try {
      const user = await this.federated?.finish(interaction.uid, handle);
      const login = { accountId: user?.sub ?? '' };
      await this.provider.interactionFinished(request, response, { login });
    } catch (error) {
      if (!(error instanceof UpstreamRefused)) throw error;
      this.#showLogin(interaction, response, 401, { failure: `You are not signed in: ${error.message}` });
    }
  }

  #showLogin({ uid }: Interaction, response: ServerResponse, status: number, page: LoginPage): void {
    const path = this.pathFor(uid);
    const elsewhere = this.federated && {
      elsewhere: { action: `${path}/elsewhere`, choices: this.federated.choices },
    };
    sendHtml(response, status, loginPage(`${path}/login`, { ...page, ...elsewhere }));
  }

  async #consent(
    interaction: Interaction,
    form: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (form.get('decision') !== 'allow') {
      await this.#refuse('The user denied the request.', request, response);
      return;
    }
    const asked = this.#asked(interaction);
    const allowed = new Set(form.getAll('scope'));
    // Each consent has a separate grant, so that revoking one server's tokens keeps those of other servers.
    const grant = new this.provider.Grant({
      accountId: asked.sub,
      clientId: String(interaction.params['client_id']),
    });
    if (asked.identityScopes.length > 0) grant.addOIDCScope(asked.identityScopes.join(' '));
    for (const [resource, scopes] of asked.scopes) {
      for (const { scope } of scopes) {
        if (allowed.has(scope)) grant.addResourceScope(resource, scope);
        else grant.rejectResourceScope(resource, scope);
      }
    }
    await this.provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
  }

  async #refuse(description: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.provider.interactionFinished(request, response, {
      error: 'access_denied',
      error_description: description,
    });
  }

  /** The scopes of an authorization request, and those the user has not granted before. */
  #asked({ params, session, prompt }: Interaction): {
    sub: string;
    identityScopes: string[];
    scopes: Map<string, ConsentScope[]>;
  } {
    const sub = session?.accountId ?? '';
    const missing = (prompt.details['missingResourceScopes'] ?? {}) as Record<string, string[]>;
    const scopes = new Map<string, ConsentScope[]>();
    for (const [resource, names] of Object.entries(missing)) {
      const before = this.grants.scopesAllowed(sub, String(params['client_id']), resource);
      const words = this.resources.get(resource)?.scopes ?? {};
      scopes.set(
        resource,
        names.map((scope) => ({ scope, words: words[scope] ?? scope, added: !before.has(scope) })),
      );
    }
    return { sub, identityScopes: (prompt.details['missingOIDCScope'] ?? []) as string[], scopes };
  }
}

import type { Fetch } from '../../src/oauth/httpContext.js';

/** Parameters and members that hold secrets, wherever on the wire they stand. */
const secretNames = [
  'code',
  'code_verifier',
  'access_token',
  'refresh_token',
  'id_token',
  'client_secret',
  'registration_access_token',
  'token',
];

/** Stands between the broker and the network and remembers every secret that passed, by what it is. */
export class Wiretap {
  readonly secrets = new Map<string, Set<string>>();
  /** Every address that was asked. */
  readonly addresses: string[] = [];
  /** Every request to an address that ends so, as a form. */
  readonly forms: { readonly address: string; readonly form: URLSearchParams }[] = [];

  readonly fetch: Fetch = async (url, init) => {
    this.addresses.push(url);
    this.#keepBearer(new Headers(init.headers).get('authorization'));
    if (init.body instanceof URLSearchParams || typeof init.body === 'string') {
      const form = new URLSearchParams(init.body);
      this.forms.push({ address: url, form });
      for (const name of secretNames) this.#keep(name, form.get(name));
    }
    const response = await fetch(url, init);
    if (!(response.headers.get('content-type') ?? '').startsWith('application/json')) return response;
    const text = await response.text();
    const body = JSON.parse(text) as Record<string, unknown>;
    for (const name of secretNames) this.#keep(name, body[name]);
    return new Response(text, { status: response.status, headers: response.headers });
  };

  /** What of the secrets is to be found in a text, in clear or encoded. */
  foundIn(text: string): readonly string[] {
    return [...this.secrets].flatMap(([name, values]) =>
      [...values].filter((value) => formsOf(value).some((form) => text.includes(form))).map(() => name),
    );
  }

  keep(name: string, value: string): void {
    this.#keep(name, value);
  }

  #keepBearer(authorization: string | null): void {
    this.#keep('bearer', authorization?.replace(/^Bearer /, ''));
  }

  #keep(name: string, value: unknown): void {
    if (typeof value !== 'string' || value === '') return;
    const values = this.secrets.get(name) ?? new Set();
    this.secrets.set(name, values.add(value));
  }
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  // A JWT cut short before its signature is as good as whole to who reads it.
  const payload = secret.split('.')[1];
  return [
    secret,
    encodeURIComponent(secret),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    ...(payload !== undefined && payload.length > 20 ? [payload] : []),
  ];
}

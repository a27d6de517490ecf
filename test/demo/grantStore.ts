import type { Adapter, AdapterPayload } from 'oidc-provider';

/** The models whose records end together with their grant. */
const endedByGrant = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken', 'Grant']);

/**
 * All that the authorization server remembers, in memory. Expiry is judged by `oidc-provider` from the
 * record's own `exp`; nothing is evicted, since a demo world lives for minutes.
 */
export class GrantStore {
  readonly #records = new Map<string, { readonly model: string; payload: AdapterPayload }>();

  /** The adapter of one model ("RefreshToken", "Client", …), as `oidc-provider` asks for it. */
  adapter(model: string): Adapter {
    const key = (id: string) => `${model}:${id}`;
    const firstWhere = (matches: (payload: AdapterPayload) => boolean) =>
      this.#where(model).find(({ payload }) => matches(payload))?.payload;
    return {
      upsert: (id, payload) => {
        this.#records.set(key(id), { model, payload });
        return Promise.resolve();
      },
      find: (id) => Promise.resolve(this.#records.get(key(id))?.payload),
      findByUid: (uid) => Promise.resolve(firstWhere((payload) => payload.uid === uid)),
      findByUserCode: (userCode) => Promise.resolve(firstWhere((payload) => payload.userCode === userCode)),
      consume: (id) => {
        const record = this.#records.get(key(id));
        if (record) record.payload = { ...record.payload, consumed: Math.floor(Date.now() / 1000) };
        return Promise.resolve();
      },
      destroy: (id) => {
        this.#records.delete(key(id));
        return Promise.resolve();
      },
      revokeByGrantId: (grantId) => {
        for (const [recordKey, record] of this.#records) {
          if (record.model === model && record.payload.grantId === grantId) this.#records.delete(recordKey);
        }
        return Promise.resolve();
      },
    };
  }

  /** The scopes this user has allowed this client at a resource in grants that still stand. */
  scopesAllowed(sub: string, clientId: string, resource: string): Set<string> {
    const now = Date.now() / 1000;
    const scopes = this.#where('Grant')
      .filter(({ payload }) => payload.accountId === sub && payload.clientId === clientId)
      .filter(({ payload }) => payload.exp === undefined || payload.exp > now)
      .flatMap(({ payload }) => (resourceScopes(payload)[resource] ?? '').split(' '));
    return new Set(scopes.filter((scope) => scope !== ''));
  }

  /** Ends every grant of a user, with its tokens. Returns the client ids that held one. */
  endGrantsOf(sub: string): string[] {
    const ended: string[] = [];
    for (const [key, { model, payload }] of this.#records) {
      if (!endedByGrant.has(model) || payload.accountId !== sub) continue;
      this.#records.delete(key);
      if (model === 'Grant' && payload.clientId !== undefined) ended.push(payload.clientId);
    }
    return ended;
  }

  /** Forgets a dynamically registered client. */
  forgetClient(clientId: string): boolean {
    return this.#records.delete(`Client:${clientId}`);
  }

  #where(model: string) {
    return [...this.#records.values()].filter((record) => record.model === model);
  }
}

/** A grant's scopes by resource; what the user refused is kept apart, in `rejected`. */
function resourceScopes(grant: AdapterPayload): Readonly<Record<string, string>> {
  return (grant['resources'] ?? {}) as Record<string, string>;
}

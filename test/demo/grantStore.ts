import type { Adapter, AdapterPayload } from 'oidc-provider';

/** The models whose records end together with their grant. */
const endedByGrant = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken', 'Grant']);

/**
 * The authorization server's storage, in memory. `oidc-provider` checks expiry with the record's own `exp`.
 * Nothing is evicted, since a demo world runs for minutes.
 */
export class GrantStore {
  readonly #records = new Map<string, { readonly model: string; payload: AdapterPayload }>();

  /** Returns the adapter of one model ("RefreshToken", "Client", …) for `oidc-provider`. */
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

  /** Returns the scopes that this user has granted this client at a resource, in active grants. */
  scopesAllowed(sub: string, clientId: string, resource: string): Set<string> {
    const now = Date.now() / 1000;
    const scopes = this.#where('Grant')
      .filter(({ payload }) => payload.accountId === sub && payload.clientId === clientId)
      .filter(({ payload }) => payload.exp === undefined || payload.exp > now)
      .flatMap(({ payload }) => (resourceScopes(payload)[resource] ?? '').split(' '));
    return new Set(scopes.filter((scope) => scope !== ''));
  }

  /** Ends every grant of a user, with its tokens. Returns the IDs of the affected clients. */
  endGrantsOf(sub: string): string[] {
    const ended: string[] = [];
    for (const [key, { model, payload }] of this.#records) {
      if (!endedByGrant.has(model) || payload.accountId !== sub) continue;
      this.#records.delete(key);
      if (model === 'Grant' && payload.clientId !== undefined) ended.push(payload.clientId);
    }
    return ended;
  }

  /** Deletes a dynamically registered client. */
  forgetClient(clientId: string): boolean {
    return this.#records.delete(`Client:${clientId}`);
  }

  #where(model: string) {
    return [...this.#records.values()].filter((record) => record.model === model);
  }
}

/** A grant's scopes by resource. Refused ones are stored separately, in `rejected`. */
function resourceScopes(grant: AdapterPayload): Readonly<Record<string, string>> {
  return (grant['resources'] ?? {}) as Record<string, string>;
}

/** One thing to copy into a registration. */
export interface GuideValue {
  readonly value: string;
  readonly note?: string;
  /** What a screen reader says of its button. */
  readonly copyLabel: string;
}

export interface GuideRow {
  readonly label: string;
  readonly values: readonly GuideValue[];
}

/**
 * What the page gets. Servers wrote much of it, so it is shown as text alone.
 *
 * - `facts`: what to register, and what is entered already; a server without a sign-in `needsClient` not
 * - `status`: what became of what the user did; while it is `busy`, nothing else can be done
 */
export type ToGuide =
  | {
      readonly kind: 'facts';
      readonly introduction: string;
      readonly rows: readonly GuideRow[];
      readonly needsClient: boolean;
      readonly needsSecret: boolean;
      readonly clientId: string;
      readonly secretNote: string;
    }
  | {
      readonly kind: 'status';
      readonly tone: 'information' | 'success' | 'error';
      readonly text: string;
      readonly isBusy: boolean;
      /** The secret is kept, so that the page need not hold it any longer. */
      readonly isSaved: boolean;
    };

/** What the page asks for. `copy` names a value by its place in the rows. */
export type FromGuide =
  | { readonly kind: 'ready' }
  | { readonly kind: 'copy'; readonly row: number; readonly at: number }
  | { readonly kind: 'save' | 'test'; readonly clientId: string; readonly secret: string };

/** Longer than any client id or secret that providers give. */
const longestField = 4_096;

/** @returns undefined if it is no message of the page's */
export function fromGuide(message: unknown): FromGuide | undefined {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return undefined;
  const { kind, row, at, clientId, secret } = message as Record<string, unknown>;
  switch (kind) {
    case 'ready':
      return { kind };
    case 'copy':
      return typeof row === 'number' && typeof at === 'number' ? { kind, row, at } : undefined;
    case 'save':
    case 'test':
      return isField(clientId) && isField(secret)
        ? { kind, clientId: clientId.trim(), secret: secret.trim() }
        : undefined;
    default:
      return undefined;
  }
}

function isField(value: unknown): value is string {
  return typeof value === 'string' && value.length <= longestField;
}

/** A value to copy into a registration. */
export interface GuideValue {
  readonly value: string;
  readonly note?: string;
  /** The label of the copy button for screen readers. */
  readonly copyLabel: string;
}

export interface GuideRow {
  readonly label: string;
  readonly values: readonly GuideValue[];
}

/**
 * A message to the page. Much of it comes from servers, so it is shown as plain text.
 *
 * - `facts`: the values to register and those already entered; `needsClient` is false for a server without a
 *   sign-in
 * - `status`: the result of the user's action; while it is `busy`, no other action is possible
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
      /** Whether the secret is stored, so that the page need not keep it. */
      readonly isSaved: boolean;
    };

/** A request from the page. `copy` identifies a value by its index in the rows. */
export type FromGuide =
  | { readonly kind: 'ready' }
  | { readonly kind: 'copy'; readonly row: number; readonly at: number }
  | { readonly kind: 'save' | 'test'; readonly clientId: string; readonly secret: string };

/** Longer than any client ID or secret that providers issue. */
const longestField = 4_096;

/** @returns undefined if the message is not one of the page's */
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

import type {
  CallConsent,
  CallerKind,
  CallOutcome,
  RecordedCall,
  RefusalReason,
} from '../broker/calls/callRecord.js';

/** The texts of the page, in the user's language. */
export interface ToolCallsTexts {
  readonly locale: string;
  readonly columns: Readonly<Record<ColumnName, string>>;
  readonly callers: Readonly<Record<CallerKind | 'chat', string>>;
  readonly consents: Readonly<Record<CallConsent, string>>;
  readonly outcomes: Readonly<Record<CallOutcome, string>>;
  readonly reasons: Readonly<Record<RefusalReason, string>>;
  readonly details: Readonly<Record<DetailName, string>>;
  /** Contains `{0}` for the number of matching calls and `{1}` for the number of all calls. */
  readonly count: string;
  readonly nothingFound: string;
  /** Contains `{0}` for the unknown field and `{1}` for the list of all fields. */
  readonly unknownField: string;
  readonly unknownValue: string;
}

export const columnNames = [
  'time',
  'caller',
  'server',
  'tool',
  'account',
  'scopes',
  'consent',
  'outcome',
  'milliseconds',
] as const;
export type ColumnName = (typeof columnNames)[number];
type DetailName = 'address' | 'asked' | 'waited' | 'conversation' | 'request' | 'arguments' | 'none';

/**
 * A message to the page; calls are listed newest first.
 *
 * - `calls`: the newest calls, which replace all others
 * - `older`: the calls that follow; the page may already have some of them
 * - `added`: calls that have just ended
 * - `filter`: the new filter
 *
 * If there are more calls, the page requests them after it has shown these.
 */
export type ToPage =
  | {
      readonly kind: 'calls';
      readonly calls: readonly RecordedCall[];
      readonly isMore: boolean;
      readonly words: ToolCallsTexts;
    }
  | { readonly kind: 'older'; readonly calls: readonly RecordedCall[]; readonly isMore: boolean }
  | { readonly kind: 'added'; readonly calls: readonly RecordedCall[] }
  | { readonly kind: 'filter'; readonly text: string };

/** The requests that the page sends. */
export const pageRequests = ['ready', 'older', 'export', 'clear'] as const;
export type PageRequest = (typeof pageRequests)[number];

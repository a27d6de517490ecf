import type {
  CallConsent,
  CallerKind,
  CallOutcome,
  RecordedCall,
  RefusalReason,
} from '../broker/calls/callRecord.js';

/** The words of the page, in the user's language. */
export interface ToolCallsTexts {
  readonly locale: string;
  readonly columns: Readonly<Record<ColumnName, string>>;
  readonly callers: Readonly<Record<CallerKind | 'chat', string>>;
  readonly consents: Readonly<Record<CallConsent, string>>;
  readonly outcomes: Readonly<Record<CallOutcome, string>>;
  readonly reasons: Readonly<Record<RefusalReason, string>>;
  readonly details: Readonly<Record<DetailName, string>>;
  /** With `{0}` of `{1}` calls. */
  readonly count: string;
  readonly nothingFound: string;
  /** With the term `{0}`, and `{1}`: all that there are. */
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
 * What the page is told; calls are newest first.
 *
 * - `calls`: the newest, in place of all it has
 * - `older`: those after them; some may be known already
 * - `added`: calls that ended now
 * - `filter`: what the filter says from now on
 *
 * Where there are more, the page asks for them once it has shown these.
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

/** What the page asks for. */
export const pageRequests = ['ready', 'older', 'export', 'clear'] as const;
export type PageRequest = (typeof pageRequests)[number];

import type { RecordedCall } from '../../src/broker/calls/callRecord.js';

/** Returns a call that arrived at `at`, in milliseconds since the epoch. */
export function recordedCall(at: number, more: Partial<RecordedCall> = {}): RecordedCall {
  return {
    id: `call ${at}`,
    at,
    caller: { kind: 'editor', name: 'Editor' },
    server: 'repositories',
    serverUrl: 'https://mcp.example/mcp',
    tool: 'list_branches',
    account: 'alice@example.org',
    scopes: ['repo:read'],
    consent: 'used',
    outcome: 'succeeded',
    milliseconds: 12,
    waited: 0,
    ...more,
  };
}

const varieties: readonly Partial<RecordedCall>[] = [
  { chat: { conversation: 'chat-1', request: 'request-1' } },
  {
    tool: 'create_branch',
    consent: 'stepUpAsked',
    asked: ['repo:write'],
    milliseconds: 8_412,
    waited: 7_903,
  },
  {
    server: 'reports',
    serverUrl: 'https://reports.example/mcp',
    tool: 'monthly_report',
    outcome: 'toolError',
  },
  { caller: { kind: 'agent', name: 'Nightly build' }, outcome: 'refused', reason: 'blockedByRule' },
  { tool: 'create_branch', outcome: 'refused', reason: 'declined', consent: 'stepUpAsked' },
  { caller: { kind: 'extension', name: 'Another extension' }, outcome: 'failed', milliseconds: 30_001 },
  { outcome: 'cancelled', consent: 'signInAsked', milliseconds: 240_000, waited: 239_000 },
];

/** Returns `count` calls of every kind, one second apart, newest first. */
export function recordedCalls(count: number, newest = Date.now()): readonly RecordedCall[] {
  return Array.from({ length: count }, (_, back) => {
    const at = newest - back * 1_000;
    return recordedCall(at, { id: `call-${at}`, ...varieties[back % varieties.length] });
  });
}

import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { callLine, type RecordedCall } from '../../src/broker/calls/callRecord.js';

/**
 * Adds calls to the record of an editor, as if they had been made in one of its windows.
 *
 * @param calls newest first
 */
export async function keepCalls(userDataDir: string, calls: readonly RecordedCall[]): Promise<void> {
  const record = path.join(
    userDataDir,
    ...['User', 'globalStorage', 'mcp-oauth-broker.mcp-oauth-broker', 'calls'],
  );
  const lines = calls.map((call) => `${callLine(call)}\n`).toReversed();
  await mkdir(record, { recursive: true });
  await appendFile(path.join(record, `calls-${calls[0]?.at ?? 0}-00000000.jsonl`), lines.join(''));
}

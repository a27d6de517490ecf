import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const src = path.resolve(__dirname, '..', '..', '..', 'src');

describe('what is asked on a server’s word', () => {
  it('is judged by the server’s addresses too: only the flow’s own files know a reach by name alone', () => {
    const calls = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith('oauth'))
      .filter((file) => /\breachOf\(/.test(readFileSync(path.join(src, file), 'utf8')));
    assert.deepEqual(calls, [], 'use onWordOf(server.url)');
  });
});

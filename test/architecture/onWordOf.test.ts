import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const src = path.resolve(__dirname, '..', '..', '..', 'src');

describe('a request to an address that a server names', () => {
  it('is also checked by resolved addresses: only the flow’s own files use the check by name alone', () => {
    const calls = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith('oauth'))
      .filter((file) => /\breachOf\(/.test(readFileSync(path.join(src, file), 'utf8')));
    assert.deepEqual(calls, [], 'use onWordOf(server.url)');
  });
});

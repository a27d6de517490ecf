import assert from 'node:assert/strict';
import type { WindowNotices } from '../../src/base/storage.js';
import { ClientNotices } from '../../src/broker/status/clientNotices.js';

describe('notices between the windows of two clients on one machine', () => {
  it('reach only the windows of the same client', async () => {
    const posted: unknown[] = [];
    const board: WindowNotices = {
      post: (notice) => Promise.resolve(void posted.push(notice)),
      others: () => Promise.resolve(posted),
      onDidChange: () => ({ dispose: () => undefined }),
      dispose: () => undefined,
    };
    const of = (id: string) => new ClientNotices(board, { obtain: () => Promise.resolve({ id }) });
    await of('laptop').post({ seen: ['laptop'] });
    await of('desktop').post({ seen: ['desktop'] });
    posted.push('of another version', null);
    assert.deepEqual(await of('laptop').others(), [{ seen: ['laptop'] }]);
  });
});

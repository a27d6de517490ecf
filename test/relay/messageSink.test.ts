import assert from 'node:assert/strict';
import { MessageSink } from '../../src/relay/httpSse/messageSink.js';

describe('a message sink', () => {
  const sinkWithReader = () => {
    const sink = new MessageSink(new AbortController().signal, () => undefined);
    const reader = sink.response().body?.getReader() ?? assert.fail();
    return { sink, reader };
  };
  const ofLength = (length: number) => ({ data: 'x'.repeat(length) });
  /** Reports for each promise whether it has resolved. */
  const settled = async (sends: readonly Promise<void>[]) => {
    const done = sends.map(() => false);
    sends.forEach((send, index) => void send.then(() => (done[index] = true)));
    await new Promise((resolve) => setImmediate(resolve));
    return done;
  };

  it('makes its writer wait depending on the unread length, not on the number of messages', async () => {
    const { sink, reader } = sinkWithReader();
    const small = Array.from({ length: 500 }, () => sink.send(ofLength(100)));
    assert.ok((await settled(small)).every(Boolean));
    const large = sink.send(ofLength(1024 * 1024));
    assert.deepEqual(await settled([large]), [false]);
    for (let read = 0; read <= small.length; read++) await reader.read();
    await large;
  });

  it('resumes every waiting writer', async () => {
    const { sink, reader } = sinkWithReader();
    const sends = Array.from({ length: 10 }, () => sink.send(ofLength(200 * 1024)));
    let read = 0;
    for (; read < sends.length; read++) await reader.read();
    await Promise.all(sends);
  });
});

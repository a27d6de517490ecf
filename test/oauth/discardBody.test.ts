import assert from 'node:assert/strict';
import { discardBody } from '../../src/oauth/boundedFetch.js';

describe('discarding a response’s body', () => {
  it('is let go of', async () => {
    const gone = Promise.withResolvers<void>();
    await discardBody(new Response(new ReadableStream({ cancel: () => gone.resolve() })));
    await gone.promise;
  });

  it('succeeds if the body broke off or there is none', async () => {
    const broken = new Response(
      new ReadableStream({ start: (controller) => controller.error(new Error('broken off')) }),
    );
    await assert.doesNotReject(discardBody(broken));
    await assert.doesNotReject(discardBody(new Response(null, { status: 204 })));
  });
});

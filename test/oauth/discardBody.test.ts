import assert from 'node:assert/strict';
import { discardBody } from '../../src/oauth/boundedFetch.js';

describe('a body that is not read', () => {
  it('is cancelled', async () => {
    const gone = Promise.withResolvers<void>();
    await discardBody(new Response(new ReadableStream({ cancel: () => gone.resolve() })));
    await gone.promise;
  });

  it('is no failure where it broke off on the way, or where there is none', async () => {
    const broken = new Response(
      new ReadableStream({ start: (controller) => controller.error(new Error('broken off')) }),
    );
    await assert.doesNotReject(discardBody(broken));
    await assert.doesNotReject(discardBody(new Response(null, { status: 204 })));
  });
});

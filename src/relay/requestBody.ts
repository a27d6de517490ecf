import type { IncomingMessage } from 'node:http';

/** Held until the upstream's status is known, because it may have to be sent again; in bytes. */
const requestBodyLimit = 4 * 1024 * 1024;

/** The body was larger than what can be held. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

/**
 * Reads a request's whole body.
 *
 * @throws BodyTooLargeError past {@link requestBodyLimit}
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > requestBodyLimit) {
      throw new BodyTooLargeError(`The request body is larger than ${requestBodyLimit / 1024 / 1024} MB.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

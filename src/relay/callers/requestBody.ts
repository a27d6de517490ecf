import type { IncomingMessage, ServerResponse } from 'node:http';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { errorMessage } from '../../mcp/relayMessages.js';
import { AmbiguousJsonError } from '../../mcp/strictJson.js';
import { sendJson } from './inFlightRequest.js';

/** Held until the upstream's status is known, because it may have to be sent again; in bytes. */
const requestBodyLimit = 4 * 1024 * 1024;

/** The body was larger than what can be held. */
class BodyTooLargeError extends Error {
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

/** Answers a request whose body could not be taken. */
export function refuseBody(response: ServerResponse, error: unknown): void {
  if (error instanceof BodyTooLargeError) {
    sendJson(response, 413, errorMessage(undefined, ErrorCode.InvalidRequest, error.message), {
      Connection: 'close',
    });
  } else if (error instanceof AmbiguousJsonError) {
    sendJson(response, 400, errorMessage(undefined, ErrorCode.ParseError, error.message));
  } else {
    // The caller went away while it was sending.
    response.destroy();
  }
}

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listenOnLoopback, readBody, sendJson } from '../../demo/loopbackServer.js';
import { pathOf } from '../../demo/requestLog.js';
import { chatCompletions } from './chatCompletions.js';
import { generateContent } from './generateContent.js';
import { messages } from './messages.js';
import { responses } from './responses.js';
import type { ModelDialect, ModelReply, ModelTurn } from './modelTurn.js';

const dialects: readonly ModelDialect[] = [chatCompletions, messages, responses, generateContent];

/** A request that waits for the model's reply. */
export interface Asked extends ModelTurn {
  readonly reply: (reply: ModelReply) => void;
}

/** Handles requests other than model requests. Returns false for an unknown path. */
export type OtherAddresses = (request: IncomingMessage, response: ServerResponse, origin: string) => boolean;

/**
 * A language model on loopback that a test controls: a request waits until the test replies, so a test can
 * act between two calls of one conversation. Requests without tools, such as those for a title, receive a
 * title at once.
 */
export class HeldModel {
  readonly #asked: Asked[] = [];
  readonly #unanswered = new Set<Asked>();
  readonly #waiting: ((asked: Asked) => void)[] = [];
  #close: () => Promise<void> = () => Promise.resolve();
  /** The origin without a trailing slash. */
  origin = '';

  static async start(otherAddresses: OtherAddresses = () => false): Promise<HeldModel> {
    const model = new HeldModel();
    const server = await listenOnLoopback(0, (origin) => async (request, response) => {
      const path = pathOf(request);
      const dialect = dialects.find((candidate) => candidate.path.test(path));
      if (dialect !== undefined && request.method === 'POST')
        model.#take(dialect, JSON.parse(await readBody(request)), response);
      else if (!otherAddresses(request, response, origin))
        sendJson(response, 404, { error: { type: 'not_found', message: `There is no ${path}.` } });
    });
    model.origin = server.origin;
    model.#close = () => server.close();
    return model;
  }

  /** Resolves with the next request that offers tools. */
  next(): Promise<Asked> {
    const first = this.#asked.shift();
    if (first !== undefined) return Promise.resolve(first);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Ends every pending turn, and every wait for one. */
  forget(): void {
    this.#asked.length = 0;
    this.#waiting.length = 0;
    for (const { reply } of this.#unanswered) reply({ kind: 'text', text: 'Enough.' });
  }

  close(): Promise<void> {
    return this.#close();
  }

  #take(dialect: ModelDialect, body: unknown, response: ServerResponse): void {
    const turn = dialect.read(body);
    const id = randomUUID().replaceAll('-', '');
    const reply = (said: ModelReply) => {
      this.#unanswered.delete(asked);
      dialect.write(said, id, body, response);
    };
    const asked: Asked = { ...turn, reply };
    if (turn.tools.length === 0) {
      reply({ kind: 'text', text: 'A conversation' });
      return;
    }
    this.#unanswered.add(asked);
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#asked.push(asked);
    else waiting(asked);
  }
}

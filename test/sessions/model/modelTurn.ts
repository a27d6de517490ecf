import type { ServerResponse } from 'node:http';

/** A tool that a client offers its model. */
export interface OfferedTool {
  /** The client's name for it, which ends with the broker's tool name. */
  readonly name: string;
  /** Codex groups the tools of a server and requires the group in a call. */
  readonly group?: string;
}

/** The content of a client's request to its model. */
export interface ModelTurn {
  readonly tools: readonly OfferedTool[];
  /** The results of tools since the user's prompt, oldest first. */
  readonly results: readonly string[];
  /** The user's prompt, as the client sends it. */
  readonly prompt: string;
}

/** The model's reply. */
export type ModelReply =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'toolCall'; readonly tool: OfferedTool; readonly args: object };

/** An API between clients and models. */
export interface ModelDialect {
  readonly path: RegExp;
  /** @param body the parsed body of the request */
  read(body: unknown): ModelTurn;
  /** @param id a unique ID for the reply */
  write(reply: ModelReply, id: string, body: unknown, response: ServerResponse): void;
}

/** The content of a message: text, or parts that may contain text. */
export type Content = string | readonly { readonly text?: string; readonly content?: Content }[] | null;

export function textOf(content: Content | undefined): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => part.text ?? textOf(part.content)).join('');
}

/**
 * Starts an event stream.
 *
 * @returns a function that sends one event
 */
export function eventStream(response: ServerResponse): (data: object | string, name?: string) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  return (data, name) => {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    response.write(`${name === undefined ? '' : `event: ${name}\n`}data: ${text}\n\n`);
  };
}

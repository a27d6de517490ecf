import type { ServerResponse } from 'node:http';

/** A tool that a client offers its model. */
export interface OfferedTool {
  /** As the client names it; the names of the broker's own tools end it. */
  readonly name: string;
  /** Codex groups the tools of a server, and wants the group named with a call. */
  readonly group?: string;
}

/** What a client asks its model in one request. */
export interface ModelTurn {
  readonly tools: readonly OfferedTool[];
  /** The results of tools since the user's prompt, oldest first. */
  readonly results: readonly string[];
  /** The user's prompt, as the client passes it on. */
  readonly prompt: string;
}

/** What the model says. */
export type ModelReply =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'toolCall'; readonly tool: OfferedTool; readonly args: object };

/** One of the interfaces that clients speak to models. */
export interface ModelDialect {
  readonly path: RegExp;
  /** @param body of the request, parsed */
  read(body: unknown): ModelTurn;
  /** @param id of the reply, which differs from those of all others */
  write(reply: ModelReply, id: string, body: unknown, response: ServerResponse): void;
}

/** The content of a message: text, or parts of which some are text. */
export type Content = string | readonly { readonly text?: string; readonly content?: Content }[] | null;

export function textOf(content: Content | undefined): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => part.text ?? textOf(part.content)).join('');
}

/** Begins an event stream. @returns sends one event */
export function eventStream(response: ServerResponse): (data: object | string, name?: string) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  return (data, name) => {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    response.write(`${name === undefined ? '' : `event: ${name}\n`}data: ${text}\n\n`);
  };
}

import type { InFlightRequest } from '../callers/inFlightRequest.js';
import { BoundedSet } from '../../base/boundedSet.js';

/** Most tasks whose callers are remembered. */
const mostTasks = 10_000;

/**
 * Which caller began which task (MCP 2025-11-25, tasks). All callers act as the same user, so that a server cannot
 * tell them apart: a task belongs to the caller whose request began it.
 */
export class CallerTasks {
  readonly #begun = new BoundedSet(mostTasks);

  /** Whether the task that a `tasks/` request is about was begun by another caller. */
  isForeign({ session, request: { params } }: InFlightRequest): boolean {
    const id = params?.['taskId'];
    return id !== undefined && !this.#begun.has(key(session, id));
  }

  /**
   * Takes note of a task that a response begins.
   *
   * @param response that has a member about tasks, as the server wrote it
   * @returns the response for the caller; a list of tasks contains only its own
   */
  handOn({ session, request }: InFlightRequest, response: string): string {
    const message = JSON.parse(response) as { result?: { task?: Task; taskId?: unknown; tasks?: unknown } };
    const { result } = message;
    if (request.method === 'tasks/list' && Array.isArray(result?.tasks)) {
      const own = (result.tasks as readonly Task[]).filter((task) =>
        this.#begun.has(key(session, task?.taskId)),
      );
      return JSON.stringify({ ...message, result: { ...result, tasks: own } });
    }
    const id = result?.task?.taskId ?? result?.taskId;
    if (id !== undefined && !request.method.startsWith('tasks/')) this.#begun.add(key(session, id));
    return response;
  }
}

type Task = { readonly taskId?: unknown } | null | undefined;

function key({ caller, server }: InFlightRequest['session'], taskId: unknown): string {
  return JSON.stringify([caller.id, server.url, taskId]);
}

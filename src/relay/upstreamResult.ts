import { isEventStream, upstreamEvents } from './upstreamEvents.js';
import { boundedText } from './upstreamBody.js';

/** The `result` of the response with this id, from a JSON or an event stream answer. */
export async function resultOf(response: Response, id: string | number): Promise<unknown> {
  if (!isEventStream(response)) return resultIn(await boundedText(response), id);
  for await (const event of upstreamEvents(response)) {
    const result = resultIn(event.data, id);
    if (result !== undefined) return result;
  }
  return undefined;
}

function resultIn(text: string, id: string | number): unknown {
  try {
    const message = JSON.parse(text) as { id?: unknown; result?: unknown } | null;
    return message?.id === id ? message.result : undefined;
  } catch {
    return undefined;
  }
}

import type { Caller } from './callerAdmission.js';

/** Whether a list of tools has to be held whole, because the caller is not given all of it. */
export function seesSomeTools({ agent }: Caller): boolean {
  return agent?.access.tools !== undefined;
}

/** The tools that the caller was admitted to: a model wastes no call on the others. */
export function admittedTools<Item extends { readonly name?: unknown }>(
  { agent }: Caller,
  tools: readonly Item[],
): readonly Item[] {
  const admitted = agent?.access.tools;
  return admitted === undefined ? tools : tools.filter(({ name }) => admitted.some((tool) => tool === name));
}

/** @param answer to `tools/list`, as it would be handed on; given back unchanged where nothing is left out */
export function admittedAnswer(caller: Caller, answer: string): string {
  if (!seesSomeTools(caller)) return answer;
  const message = JSON.parse(answer) as { result?: { tools?: unknown } } | null;
  const tools = message?.result?.tools;
  if (!Array.isArray(tools)) return answer;
  const listed = (tools as readonly unknown[]).filter((tool) => typeof tool === 'object' && tool !== null);
  return JSON.stringify({ ...message, result: { ...message?.result, tools: admittedTools(caller, listed) } });
}

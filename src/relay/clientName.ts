import { ImplementationSchema, type JSONRPCRequest } from '@modelcontextprotocol/sdk/types.js';
import { serverWords } from '../oauth/serverWords.js';

/** Names that users know clients by, for those that give themselves another one. */
const knownNames = new Map([['copilot-cli', 'Copilot']]);

/** What a client calls itself in its `initialize`, as text that can be shown; undefined if it says nothing usable. */
export function clientName({ params }: JSONRPCRequest): string | undefined {
  const client = ImplementationSchema.safeParse(params?.['clientInfo']).data;
  if (client === undefined) return undefined;
  return serverWords(client.title) ?? knownNames.get(client.name) ?? serverWords(client.name);
}

import { agents } from './agentSurfaces.js';
import { browserPages } from './browserSurfaces.js';
import { chatCards, chatRules } from './chatSurfaces.js';
import { accounts, addServer, clientGuide, diagnosis, serverEntries, statuses } from './editorSurfaces.js';
import { walkthrough, welcome } from './emptySurfaces.js';
import { addLink, registrySearch } from './linkSurfaces.js';
import { manyServers } from './manyServers.js';
import type { Surface } from './stage.js';
import { signedIn, toolCalls, toolsInTree } from './toolSurfaces.js';

/** The surfaces in order. Each can also be taken alone. The last ones remove the servers. */
export const surfaces: readonly Surface[] = [
  addServer,
  registrySearch,
  addLink,
  statuses,
  browserPages,
  diagnosis,
  clientGuide,
  serverEntries,
  accounts,
  chatCards,
  signedIn,
  chatRules,
  toolsInTree,
  toolCalls,
  agents,
  manyServers,
  welcome,
  walkthrough,
];

/** @throws Error if there is no surface of a name */
export function surfacesNamed(names: readonly string[]): readonly Surface[] {
  const known = surfaces.map(({ name }) => name);
  const strange = names.filter((name) => !known.includes(name));
  if (strange.length > 0) throw new Error(`${strange.join(', ')}: there are ${known.join(', ')}`);
  return names.length === 0 ? surfaces : surfaces.filter(({ name }) => names.includes(name));
}

import { agents } from './agentSurfaces.js';
import { browserPages } from './browserSurfaces.js';
import { chatCards, chatRules } from './chatSurfaces.js';
import { accounts, addServer, diagnosis, statuses } from './editorSurfaces.js';
import { walkthrough, welcome } from './emptySurfaces.js';
import { addLink, registrySearch } from './linkSurfaces.js';
import { manyServers } from './manyServers.js';
import type { Surface } from './stage.js';
import { signedIn, toolCalls, toolsInTree } from './toolSurfaces.js';

/** In this order; each can be taken alone too. The last ones take the servers away. */
export const surfaces: readonly Surface[] = [
  addServer,
  registrySearch,
  addLink,
  statuses,
  browserPages,
  diagnosis,
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

/** @throws Error where there is no surface of a name */
export function surfacesNamed(names: readonly string[]): readonly Surface[] {
  const known = surfaces.map(({ name }) => name);
  const strange = names.filter((name) => !known.includes(name));
  if (strange.length > 0) throw new Error(`${strange.join(', ')}: there are ${known.join(', ')}`);
  return names.length === 0 ? surfaces : surfaces.filter(({ name }) => names.includes(name));
}

import { accounts, addServer, diagnosis, statuses, walkthrough, welcome } from './editorSurfaces.js';
import { chatCards, chatRules } from './chatSurfaces.js';
import { toolCalls, toolsInTree } from './toolSurfaces.js';
import type { Surface } from './stage.js';

/** In this order, since each begins where the one before it ended. Further surfaces join the list. */
export const surfaces: readonly Surface[] = [
  addServer,
  statuses,
  diagnosis,
  accounts,
  walkthrough,
  chatCards,
  chatRules,
  toolsInTree,
  toolCalls,
  welcome,
];

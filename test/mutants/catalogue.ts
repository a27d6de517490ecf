import { agentPromises } from './agentPromises.js';
import { attackPromises } from './attackPromises.js';
import { importPromises } from './importPromises.js';
import { relayPromises } from './relayPromises.js';
import { tokenPromises } from './tokenPromises.js';
import type { Mutant } from './mutant.js';

/** Defects that each break one safety promise. Stryker covers all other code. */
export const catalogue: readonly Mutant[] = [
  ...attackPromises,
  ...tokenPromises,
  ...relayPromises,
  ...agentPromises,
  ...importPromises,
];

import { endedSituations } from './endedSituations.js';
import { otherServerSituations } from './otherServerSituations.js';
import { refusalSituations } from './refusalSituations.js';
import { scopeSituations } from './scopeSituations.js';
import { signInSituations } from './signInSituations.js';
import type { Situation } from './situation.js';

/** In order: each begins where the one before it ended. */
export const situations: readonly Situation[] = [
  ...signInSituations,
  ...scopeSituations,
  ...refusalSituations,
  ...endedSituations,
  ...otherServerSituations,
];

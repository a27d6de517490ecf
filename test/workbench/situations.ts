import { endedSituations } from './endedSituations.js';
import { otherServerSituations } from './otherServerSituations.js';
import { refusalSituations } from './refusalSituations.js';
import { scopeSituations } from './scopeSituations.js';
import { signInSituations } from './signInSituations.js';
import type { Situation } from './situation.js';

/** The situations in order: each one starts where the previous one ended. */
export const situations: readonly Situation[] = [
  ...signInSituations,
  ...scopeSituations,
  ...refusalSituations,
  ...endedSituations,
  ...otherServerSituations,
];

import assert from 'node:assert/strict';
import { acts, timings } from './acts.js';
import { placements, Situation } from './situation.js';

for (const placement of placements) {
  describe(`two windows that are ${placement}`, () => {
    for (const [name, act] of Object.entries(acts)) {
      for (const timing of timings) {
        it(`${name}, ${timing}: no sign-in is lost, none outlives its sign-out`, async () => {
          const situation = await Situation.start(placement);
          try {
            await act[timing](situation);
          } finally {
            await situation.stop();
          }
          assert.deepEqual(situation.faults, []);
        });
      }
    }
  });
}

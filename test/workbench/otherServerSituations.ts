import assert from 'node:assert/strict';
import { startOpenServer } from '../demo/openServer.js';
import { startBrokenServers, startSelfSignedServer } from './brokenServers.js';
import { listBranches, type Situation } from './situation.js';

/** Servers without a possible sign-in. */
export const otherServerSituations: readonly Situation[] = [
  {
    name: 'open server',
    status: 'open',
    comesAbout: async (stage) => {
      const open = stage.own(await startOpenServer());
      const main = await stage.turnTo('repositories-open', open.url);
      await stage.say({ status: 'unknown' });
      await main.run('Check Server…');
      return (await stage.firstOf(open.requests)).at;
    },
    tool: /no sign-in needed/,
    next: { prompt: listBranches, meets: 'answer', says: /^public$/ },
  },
  {
    name: 'TLS refused',
    status: 'unreachable',
    because: /The TLS certificate of 127\.0\.0\.1:\d+ was not accepted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    comesAbout: async (stage) => {
      const selfSigned = stage.own(await startSelfSignedServer());
      const main = await stage.turnTo('repositories-tls', selfSigned.url);
      await main.run('Check Server…');
      return stage.firstOf(selfSigned.connections);
    },
    tool: /cannot be reached: The TLS certificate of 127\.0\.0\.1:\d+ was not accepted/,
    next: {
      prompt: listBranches,
      meets: 'answer',
      says: /^sign_in did not get a response\. The TLS certificate/,
    },
  },
  {
    name: 'metadata broken',
    status: 'misconfigured',
    because: /returned text\/plain instead of JSON/,
    comesAbout: async (stage) => {
      const broken = stage.own(await startBrokenServers());
      const main = await stage.turnTo('repositories-broken', broken.metadataNotJson);
      const met = await main.call(listBranches);
      assert.match(met.text, /^sign_in did not run: sign-in to repositories-broken failed\. /);
      return stage.firstOf(broken.metadataAskedAt);
    },
    tool: /settings or metadata are invalid; .*Diagnose Server/,
    next: {
      prompt: listBranches,
      meets: 'answer',
      says: /^sign_in did not run: sign-in to repositories-broken failed\. /,
    },
  },
];

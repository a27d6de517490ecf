import { accountMutants } from './accountMutants.js';
import { agentHostMutants } from './agentHostMutants.js';
import { agentMutants } from './agentMutants.js';
import { agentToolMutants } from './agentToolMutants.js';
import { attackMutants } from './attackMutants.js';
import { brokerMutants } from './brokerMutants.js';
import { callbackMutants } from './callbackMutants.js';
import { chatMutants } from './chatMutants.js';
import { connectedClientMutants } from './connectedClientMutants.js';
import { diagnosisMutants } from './diagnosisMutants.js';
import { dpopMutants } from './dpopMutants.js';
import { firstUseMutants } from './firstUseMutants.js';
import { grantMutants } from './grantMutants.js';
import { headlessMutants } from './headlessMutants.js';
import { identityMutants } from './identityMutants.js';
import { importMutants } from './importMutants.js';
import { layerMutants } from './layerMutants.js';
import { linkMutants } from './linkMutants.js';
import type { Mutant } from './mutant.js';
import { oauthMutants } from './oauthMutants.js';
import { placeMutants } from './placeMutants.js';
import { profileMutants } from './profileMutants.js';
import { recordMutants } from './recordMutants.js';
import { relayMutants } from './relayMutants.js';
import { storageMutants } from './storageMutants.js';
import { statelessMutants } from './statelessMutants.js';
import { titleMutants } from './titleMutants.js';
import { toolMutants } from './toolMutants.js';

/** The defects the tests must notice, one at a time. */
export const catalogue: readonly Mutant[] = [
  ...oauthMutants,
  ...diagnosisMutants,
  ...dpopMutants,
  ...grantMutants,
  ...profileMutants,
  ...brokerMutants,
  ...callbackMutants,
  ...firstUseMutants,
  ...identityMutants,
  ...importMutants,
  ...linkMutants,
  ...relayMutants,
  ...agentMutants,
  ...agentHostMutants,
  ...agentToolMutants,
  ...connectedClientMutants,
  ...recordMutants,
  ...statelessMutants,
  ...chatMutants,
  ...titleMutants,
  ...toolMutants,
  ...layerMutants,
  ...attackMutants,
  ...accountMutants,
  ...headlessMutants,
  ...placeMutants,
  ...storageMutants,
];

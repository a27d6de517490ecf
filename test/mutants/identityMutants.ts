import { mutant, type Mutant } from './mutant.js';

const settingsTest = 'test/broker/signInSettings.test.ts';
const policyTest = 'test/broker/signInPolicy.test.ts';

/** Defects of who the client is, and of what the settings of a sign-in may change. */
export const identityMutants: readonly Mutant[] = [
  mutant(
    'an exception used that the person has not accepted',
    'src/broker/visitingPerson.ts',
    [
      'if (!(await questions.acceptException(this.server, name, told, this.signal))) return false;',
      'await questions.acceptException(this.server, name, told, this.signal);',
    ],
    settingsTest,
  ),
  mutant(
    'an authorization server used that the server does not name',
    'src/broker/discovery.ts',
    [
      'if (listed.includes(configured)) return { issuer: configured, isChoiceOpen: false };',
      'return { issuer: configured, isChoiceOpen: false };',
    ],
    settingsTest,
  ),
  mutant(
    'a client kept under the name that a document gives itself',
    'src/oauth/authorizationServerMetadata.ts',
    ["return typeof named === 'string' ? named : as.issuer;", 'return as.issuer;'],
    settingsTest,
  ),
  mutant(
    'a client secret carried to another issuer',
    'src/broker/clientSecrets.ts',
    ['stored.issuer !== issuer', 'stored.issuer === undefined'],
    settingsTest,
  ),
  mutant(
    'a further parameter in place of one of the broker’s',
    'src/oauth/authorizationRequest.ts',
    ['({ ...asked, ...prompt, ...parameters })', '({ ...parameters, ...asked, ...prompt })'],
    'test/oauth/authorizationRequest.test.ts',
  ),
  mutant(
    'the resource sent although it is to be omitted',
    'src/broker/signInPolicy.ts',
    ['policy.omitResource || resource === undefined', 'resource === undefined'],
    policyTest,
    settingsTest,
  ),
  mutant(
    'a client of one sign-in left behind when it is signed out',
    'src/broker/signOut.ts',
    [
      'await releaseClient(server, credential.client, { http: this.http, log: this.log });',
      'void releaseClient;',
    ],
    settingsTest,
  ),
];

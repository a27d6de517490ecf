import { mutant, type Mutant } from './mutant.js';

const settingsTest = 'test/broker/signInSettings.test.ts';
const policyTest = 'test/broker/signInPolicy.test.ts';

/** Defects of who the client is, and of what the settings of a sign-in may change. */
export const identityMutants: readonly Mutant[] = [
  mutant(
    'an exception used that the user has not accepted',
    'src/broker/signIn/userQuestions.ts',
    [
      'if (!(await questions.acceptException(this.server, name, told, this.signal))) return false;',
      'await questions.acceptException(this.server, name, told, this.signal);',
    ],
    settingsTest,
  ),
  mutant(
    'an authorization server used that the server does not name',
    'src/broker/discovery/discovery.ts',
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
    'src/broker/clients/clientSecrets.ts',
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
    'src/broker/settings/signInPolicy.ts',
    ['policy.omitResource || resource === undefined', 'resource === undefined'],
    policyTest,
    settingsTest,
  ),
  mutant(
    'a client of one sign-in left behind when it is signed out',
    'src/broker/signIn/signOut.ts',
    [
      'await releaseClient(server, credential.client, { http: this.http, log: this.log });',
      'void releaseClient;',
    ],
    settingsTest,
  ),
  mutant(
    'a good client given up because a sign-in was',
    'src/broker/clients/registeredClient.ts',
    ["said === 'gone' ? undefined", 'said !== undefined ? undefined'],
    'test/broker/clientForServer.test.ts',
    'test/broker/forgottenClient.test.ts',
  ),
  mutant(
    'a client that was forgotten used again',
    'src/oauth/clientManagement.ts',
    ["answer.status === 401 || answer.status === 404) return 'gone'", "answer.status === 404) return 'gone'"],
    'test/broker/clientForServer.test.ts',
    'test/broker/forgottenClient.test.ts',
  ),
  mutant(
    'a client deleted that another sign-in rests on',
    'src/broker/signIn/clientLifecycle.ts',
    ['if (client.isOneTime !== true) return;', "if (client.source !== 'registered') return;"],
    'test/broker/replacedClient.test.ts',
  ),
  mutant(
    'a client deleted that the next sign-in was given again',
    'src/broker/signIn/clientLifecycle.ts',
    ['if (await isGivenTwice(replaced, credentials)) return;', 'void isGivenTwice;'],
    'test/broker/replacedClient.test.ts',
  ),
  mutant(
    'a client deleted because its registration spells the redirect URI otherwise',
    'src/broker/clients/registeredClient.ts',
    [
      '    await clients.remove(issuer, redirectUri);',
      '    await deleteRegistration(known, http).catch(() => false);\n    await clients.remove(issuer, redirectUri);',
    ],
    'test/broker/clientForServer.test.ts',
  ),
  mutant(
    'a client left behind when its sign-in is replaced',
    'src/broker/signIn/clientLifecycle.ts',
    ['  await releaseClient(server, client, { http, log });', '  void releaseClient;'],
    'test/broker/replacedClient.test.ts',
    settingsTest,
  ),
  mutant(
    'a redirect URI used that the server has not registered',
    'src/broker/clients/registeredClient.ts',
    ['if (client.redirectUris.length === 0) {', 'if (client.clientId.length === 0) {'],
    'test/broker/clientForServer.test.ts',
  ),
  mutant(
    'a sign-in given up after the first redirect URI is refused without a reason',
    'src/broker/clients/registeredClient.ts',
    ['status === 400 || oauthError', 'oauthError'],
    'test/broker/clientForServer.test.ts',
  ),
  mutant(
    'a client registered before preferred to the document',
    'src/oauth/clientRegistration.ts',
    [
      "if (clientMetadataUrl !== undefined && as['client_id_metadata_document_supported'] === true) {",
      'if (clientMetadataUrl !== undefined && as.registration_endpoint === undefined) {',
    ],
    'test/broker/clientForServer.test.ts',
    settingsTest,
  ),
  mutant(
    'the device client forgotten because the configured one was refused',
    'src/broker/signIn/flows/deviceCodeFlow.ts',
    ["client.source === 'registered' && error", 'error'],
    'test/broker/deviceSignIn.test.ts',
  ),
  mutant(
    'a server on HTTP+SSE asked what it does not take',
    'src/broker/discovery/probe.ts',
    ["server.type === 'sse' ? await askedForStream", "server.url === '' ? await askedForStream"],
    'test/broker/probe.test.ts',
    'test/broker/transportFindings.test.ts',
  ),
  mutant(
    'a client used after its secret has expired',
    'src/broker/clients/clientStore.ts',
    ['return expired ? undefined : client;', 'return client;'],
    'test/broker/clientForServer.test.ts',
    'test/profiles/expiringClient.test.ts',
  ),
  mutant(
    'a refresh with a client whose secret has expired',
    'src/oauth/tokenRefresh.ts',
    ['if ((o.client.secretExpiresAt ?? Infinity) <= now())', 'if (false)'],
    'test/profiles/expiringClient.test.ts',
  ),
  mutant(
    'a configured client id taken to another issuer',
    'src/broker/clients/configuredClient.ts',
    ['if (known === undefined || known === named) return;', 'if (named !== undefined) return;'],
    'test/broker/signInAttempt.test.ts',
  ),
  mutant(
    'metadata of a failed sign-in believed again',
    'src/broker/signIn/signIns.ts',
    ["if (outcome.kind === 'failed') this.parts.metadata?.drop(server);", ''],
    settingsTest,
  ),
  mutant(
    'metadata believed again after a token was refused',
    'src/broker/fetch/authorizedFetch.ts',
    ['this.metadata?.drop(server);', ''],
    settingsTest,
  ),
  mutant(
    'a diagnosis that resolves judged names again',
    'src/broker/diagnosis/recordedFetch.ts',
    ['await fetch(url, init, addresses)', 'await fetch(url, init)'],
    'test/broker/diagnosis.test.ts',
  ),
  mutant(
    'a key in the server’s address shown in the diagnosis',
    'src/broker/diagnosis/diagnosisFacts.ts',
    ["address === undefined || address.search === ''", 'address !== null'],
    'test/broker/diagnosis.test.ts',
  ),
  mutant(
    'a secret taken as a further parameter of the authorization request',
    'src/broker/settings/oauthSettings.ts',
    ['if (fault !== undefined) return { problem: fault };', ''],
    'test/broker/serverSettings.test.ts',
  ),
  mutant(
    'a client’s key asked for as its secret',
    'src/broker/settings/secretFields.ts',
    ["key: 'Set Client Key…'", "key: 'Set Client Secret…'"],
    'test/broker/secretFields.test.ts',
  ),
];

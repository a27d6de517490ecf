import { brokerMutants } from './brokerMutants.js';
import { mutant, type Mutant } from './mutant.js';
import { oauthMutants } from './oauthMutants.js';

const response = 'src/oauth/authorizationResponse.ts';
const request = 'src/oauth/authorizationRequest.ts';
const metadata = 'src/oauth/authorizationServerMetadata.ts';
const document = 'src/oauth/authorizationServerDocument.ts';
const resource = 'src/oauth/protectedResourceMetadata.ts';
const bounded = 'src/oauth/boundedFetch.ts';
const tokens = 'src/oauth/tokenResponse.ts';
const reach = 'src/oauth/resolvedReach.ts';

/** Where the attack is played that a defect lets through. */
const attack = (family: string) => `test/attacks/${family}.test.ts`;

/** A defect of the other catalogues, which the attack it lets through must notice by itself. */
function known(name: string, family: string): Mutant {
  const found = [...oauthMutants, ...brokerMutants].find((one) => one.name === name);
  if (found === undefined) throw new Error(`no defect is named “${name}”`);
  return { ...found, name: `${family}: ${name}`, tests: [attack(family)] };
}

/** Defects that let an attack of the catalogue through. */
export const attackMutants: readonly Mutant[] = [
  known('iss unchecked', 'mixUp'),
  known('a missing iss accepted though it is always sent', 'mixUp'),
  known('a callback taken that arrived where another issuer’s do', 'mixUp'),

  known('an issuer that names another accepted', 'issuerSwap'),
  mutant(
    'issuers compared as addresses, not as texts',
    document,
    [
      'if (accepted?.includes(issuer) === false) {',
      'if (accepted?.some((one) => new URL(one).href === new URL(issuer).href) === false) {',
    ],
    attack('issuerSwap'),
  ),

  mutant(
    'an identity assertion asked for by the name that a document gives itself',
    'src/broker/tokens/directGrants.ts',
    ['audience: identifierOf(grant.as)', 'audience: grant.as.issuer'],
    attack('borrowedIssuer'),
  ),
  mutant(
    'a workload’s assertion brought by the name that a document gives itself',
    'src/oauth/directGrants.ts',
    ['one === identifierOf(as)', 'one === as.issuer'],
    attack('borrowedIssuer'),
  ),
  mutant(
    'accounts told apart by the name that a document gives itself',
    'src/broker/accounts/credential.ts',
    [
      'encodeURIComponent(account.id.toWellFormed())} ${identifierOf(as)}',
      'encodeURIComponent(account.id.toWellFormed())} ${as.issuer}',
    ],
    attack('borrowedIssuer'),
  ),

  mutant(
    'a client assertion for whom a document names',
    'src/oauth/clientAuthentication.ts',
    ["claims['aud'] = audienceOf(as);", 'void audienceOf;'],
    attack('borrowedIssuer'),
  ),
  mutant(
    'a client assertion for another port of the host',
    'src/oauth/clientAuthentication.ts',
    [
      'addressOf(as.issuer)?.origin === addressOf(asked)?.origin',
      'addressOf(as.issuer)?.hostname === addressOf(asked)?.hostname',
    ],
    attack('borrowedIssuer'),
  ),

  known('metadata of another resource accepted', 'foreignResource'),
  mutant(
    'metadata of a sibling path that begins alike accepted',
    resource,
    ['serverPath.startsWith(`${path}/`)', 'serverPath.startsWith(path)'],
    attack('foreignResource'),
  ),
  mutant(
    'metadata that names no resource believed from anywhere',
    resource,
    ['if (url.origin !== server.origin) throw invalid(field, warning);', ''],
    attack('foreignResource'),
  ),

  mutant(
    'verifier that repeats',
    request,
    ['const codeVerifier = oauth.generateRandomCodeVerifier();', "const codeVerifier = 'v'.repeat(43);"],
    attack('codeInjection'),
  ),
  mutant(
    'a code with characters no code has accepted',
    response,
    ['if (!isVisibleText(code)) throw', 'if (false) throw'],
    attack('codeInjection'),
    'test/properties/callback.property.test.ts',
  ),

  known('a callback handed over twice', 'replayedCallback'),
  known('state unchecked in the callback', 'replayedCallback'),
  known('state unchecked where callbacks arrive', 'anotherWindowsState'),

  known('metadata redirect to another origin followed', 'openRedirect'),
  known('token request follows a redirect', 'openRedirect'),
  mutant(
    'parameters of the authorization endpoint’s own kept',
    request,
    ['url.searchParams.set(name, value)', 'url.searchParams.append(name, value)'],
    attack('openRedirect'),
  ),

  known('PKCE not required to be advertised', 'pkceDowngrade'),
  mutant(
    'a server excuses itself from PKCE',
    document,
    [
      '.filter(([name]) => !ours.includes(name));\n  return Object.fromEntries(metadata)',
      ';\n  return Object.fromEntries(metadata)',
    ],
    attack('pkceDowngrade'),
  ),

  mutant(
    'another type of token taken for Bearer',
    tokens,
    ["if (type !== 'bearer') {", 'if (false) {'],
    attack('foreignTokenType'),
  ),
  mutant(
    'a token with characters no token has accepted',
    tokens,
    ['if (token !== undefined && !isVisibleText(token)) {', 'if (false) {'],
    attack('foreignTokenType'),
    'test/properties/tokens.property.test.ts',
  ),

  known('a server elsewhere names services of this machine', 'privateAddresses'),
  mutant(
    'what a name resolves to not judged',
    reach,
    ['if (isAsNearAs(reach, near)) continue;', 'if (near) continue;'],
    attack('privateAddresses'),
  ),
  mutant(
    'only the first address of a name judged',
    reach,
    ['addresses.map(reachOfAddress)', 'addresses.slice(0, 1).map(reachOfAddress)'],
    attack('privateAddresses'),
  ),
  mutant(
    'a server with one address inside taken for a neighbour',
    reach,
    ['own.every(', 'own.some('],
    attack('privateAddresses'),
  ),
  mutant(
    'a connection that resolves the name again',
    bounded,
    ['await http.fetch(url.href, init, addresses);', 'await http.fetch(url.href, init);'],
    attack('privateAddresses'),
  ),
  mutant(
    'a browser sent to a name that resolves inside',
    metadata,
    ['await addressesWithinReach(new URL(as[field] ?? url), http, http.signal, field);', 'void field;'],
    attack('privateAddresses'),
  ),
  mutant(
    'addresses that stand for one of IPv4 unseen',
    'src/oauth/networkReach.ts',
    ['(?:::ffff|64:ff9b:)', '(?:::fffe)'],
    attack('privateAddresses'),
  ),
  mutant(
    'judged addresses left to the system to find',
    'src/node/judgedAddresses.ts',
    ['if (hostname !== host) return', 'if (hostname !== "") return'],
    'test/node/judgedAddresses.test.ts',
  ),

  mutant(
    'redirects without end followed',
    bounded,
    ['if (followed === redirectLimit) throw', 'if (false) throw'],
    attack('endlessRedirects'),
  ),
  mutant(
    'the time limit kept from the request',
    bounded,
    [
      "{ ...init, redirect: 'manual', signal }",
      "{ ...init, redirect: 'manual', signal: new AbortController().signal }",
    ],
    attack('slowLoris'),
  ),
  mutant(
    'a body read to its end',
    bounded,
    ['if (size > bodyLimit) {', 'if (false) {'],
    attack('oversizedAnswer'),
  ),
  mutant(
    'an address of any scheme but http',
    'src/base/displayText.ts',
    ["return url.protocol === 'https:' ||", "return url.protocol !== 'http:' ||"],
    attack('endpointSchemes'),
  ),

  mutant(
    'quoted pairs of a header left as they are',
    'src/oauth/wwwAuthenticateChallenge.ts',
    ["quoted?.replace(/\\\\(.)/g, '$1')", 'quoted'],
    'test/properties/challenge.property.test.ts',
  ),
  mutant(
    'scopes of any characters',
    'src/oauth/wwwAuthenticateChallenge.ts',
    ['return /^[\\x21\\x23-\\x5b\\x5d-\\x7e]+$/.test(text);', 'return /^[^ ]+$/.test(text);'],
    'test/properties/challenge.property.test.ts',
    'test/properties/scopes.property.test.ts',
  ),
  mutant(
    'a user before the host of a resource',
    resource,
    ["if (url.username !== '' || url.password !== '') return false;", ''],
    'test/properties/metadata.property.test.ts',
  ),
];

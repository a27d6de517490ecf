import { mutant, type Mutant } from './mutant.js';

const use = 'src/broker/tokens/useHere.ts';
const useTest = 'test/broker/useHere.test.ts';
const callTest = 'test/relay/firstUse.test.ts';
const takeOver = 'src/broker/settings/settingsToTakeOver.ts';
const takeOverTest = 'test/broker/settingsToTakeOver.test.ts';

/** Defects of what is promised where the machine or its files are not the user's own. */
export const placeMutants: readonly Mutant[] = [
  mutant(
    'a remote machine’s settings mixed into the user’s',
    'src/broker/settings/ownValue.ts',
    [
      'layers?.globalRemoteValue === undefined ? layers?.globalValue : layers.globalLocalValue',
      'layers?.globalValue',
    ],
    'test/broker/ownValue.test.ts',
  ),
  mutant(
    'a token refreshed on a machine that the user has not allowed',
    'src/broker/tokens/accessTokens.ts',
    ['if (credential !== undefined) await this.use?.require(server, credential);', ''],
    useTest,
  ),
  mutant(
    'a token sent from a machine that the user has not allowed, since another sign-in was',
    'src/broker/fetch/authorizedFetch.ts',
    ['if (credential !== undefined) await this.tokens.use?.require(server, credential);', ''],
    useTest,
  ),
  mutant(
    'a no to the use of a sign-in forgotten',
    use,
    [
      "answer === 'useHere' ? 'allowed' : 'declined';\n    await this.#remember",
      "answer === 'useHere' ? 'allowed' : 'declined';\n    if (decision === 'allowed') await this.#remember",
    ],
    useTest,
  ),
  mutant(
    'a yes on one machine taken for every machine',
    use,
    ['`sign-ins on ${host}`', '`sign-ins on ${typeof host}`'],
    useTest,
  ),
  mutant(
    'sign-ins from before taken for used on any machine',
    use,
    ['if (since?.host !== (await this.#host)) return false;', 'if (since === undefined) return false;'],
    useTest,
  ),
  mutant(
    'everybody who waits for the same answer asking by themselves',
    use,
    ['if (running !== undefined) return running;', ''],
    useTest,
  ),
  mutant(
    'a sign-in asked about on the machine where it was made',
    'src/broker/signIn/storeCredential.ts',
    ['await parts.use?.made(credential);', ''],
    callTest,
  ),
  mutant(
    'a server shown as ready whose next call has to ask',
    'src/broker/status/consentStatus.ts',
    ['if (facts.notUsedHere !== undefined)', 'if (facts.notUsedHere === null)'],
    useTest,
  ),
  mutant(
    'an agent held by the question about a first use',
    'src/relay/calls/firstUse.ts',
    ['if (held.session.caller.agent !== undefined) {', 'if (held.session.caller.agent === null) {'],
    callTest,
  ),
  mutant(
    'a setting of the user’s own replaced without being shown',
    takeOver,
    ['return canonical(present) === canonical(one.value) ? [] : [{ ...one, present }];', 'return [one];'],
    takeOverTest,
  ),
  mutant(
    'the other servers lost when one is taken over',
    takeOver,
    [
      'Object.entries(before).filter(([name]) => name !== server)',
      'Object.entries(before).filter(() => false)',
    ],
    takeOverTest,
  ),
];

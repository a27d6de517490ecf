import { mutant, type Mutant } from './mutant.js';

const use = 'src/broker/tokens/useHere.ts';
const useTest = 'test/broker/useHere.test.ts';
const callTest = 'test/relay/firstUse.test.ts';
const hostTest = 'test/node/hostSealingKey.test.ts';

/** Defects of the promise that a sign-in is used on another machine than the user's only after a yes. */
export const firstUseMutants: readonly Mutant[] = [
  mutant(
    'first use: a sign-in is refreshed without a yes',
    'src/broker/tokens/accessTokens.ts',
    ['if (credential !== undefined) await this.use?.require(server, credential);', ''],
    useTest,
  ),
  mutant(
    'first use: another sign-in, come in between, is sent without a yes',
    'src/broker/fetch/authorizedFetch.ts',
    ['if (credential !== undefined) await this.tokens.use?.require(server, credential);', ''],
    useTest,
  ),
  mutant(
    'first use: a yes that holds on every machine',
    use,
    [
      'const memoryKey = (host: string) => `sign-ins on ${host}`;',
      "const memoryKey = (_host: string) => 'sign-ins';",
    ],
    useTest,
  ),
  mutant(
    'first use: sign-ins from before are allowed on any machine',
    use,
    ['if (since?.host !== (await this.#host)) return false;', 'if (since === undefined) return false;'],
    useTest,
  ),
  mutant(
    'first use: a call without a chat held past its caller’s patience',
    'src/relay/calls/userWait.ts',
    ['if (held.wantsProgress) return', 'if (now > 0) return'],
    callTest,
  ),
  mutant(
    'first use: two machines with one id',
    'src/node/store/sealingKey.ts',
    ['({ id }) => id,', "() => 'host',"],
    hostTest,
  ),
  mutant(
    'first use: an id that changes where the disk keeps nothing',
    'src/node/store/sealingKey.ts',
    ['this.#hostId ??= this.obtain()', 'this.#hostId = this.obtain()'],
    hostTest,
  ),
];

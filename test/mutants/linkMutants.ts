import { mutant, type Mutant } from './mutant.js';

const add = 'src/broker/links/addLink.ts';
const parameters = 'src/broker/links/linkParameters.ts';
const open = 'src/broker/links/openLink.ts';
const badge = 'src/broker/links/installBadge.ts';
const server = 'src/broker/registry/registryServer.ts';
const search = 'src/broker/registry/registrySearch.ts';
const typed = 'src/broker/registry/searchAsTyped.ts';

const linksTest = 'test/broker/links.test.ts';
const searchTest = 'test/broker/registrySearch.test.ts';
const typedTest = 'test/broker/searchAsTyped.test.ts';

/** Defects of links that open the extension, and of what a registry proposes. */
export const linkMutants: readonly Mutant[] = [
  mutant('a link to an address in the clear', add, ["url?.protocol === 'http:'", 'url === null'], linksTest),
  mutant(
    'a credential taken from a link',
    add,
    ["secretFieldFault(name, 'server')", 'name === text'],
    linksTest,
  ),
  mutant(
    'a name in a link that is not what it looks like',
    add,
    ['\\p{Cf}\\p{Cn}\\p{Co}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}', '\\p{Zl}'],
    linksTest,
  ),
  mutant('a link of any length', parameters, ['query.length > longestLink', 'query.length < 0'], linksTest),
  mutant(
    'an unknown parameter of a link overlooked',
    parameters,
    [
      'if (name === undefined) return { problem: unknown(written, known) };',
      'if (name === undefined) continue;',
    ],
    linksTest,
  ),
  mutant(
    'the last of a repeated parameter taken',
    parameters,
    ['values[name] !== undefined', 'values[name] === written'],
    linksTest,
  ),
  mutant(
    'an address decoded once more than it was encoded',
    parameters,
    ['/^https?:\\/\\//i.test(value) || ', ''],
    linksTest,
  ),
  mutant(
    'a link that takes the place of the one that is open',
    'src/broker/links/oneAtATime.ts',
    ['if (this.#isBusy) return false;', ''],
    linksTest,
  ),
  mutant('a parameter that a view does not have', open, ['!takes[view].includes(name)', 'takes[view] === undefined'], linksTest), // prettier-ignore
  mutant(
    'a badge whose link cannot be read',
    badge,
    ['if (problem !== undefined) return { problem };', ''],
    linksTest,
  ),
  mutant(
    'an address of this machine taken from a registry',
    server,
    [
      '!isWithinReach(address, onWordOf(registry).reach)',
      'isWithinReach(address, onWordOf(registry).reach) === undefined',
    ],
    searchTest,
  ),
  mutant('a server offered without the header it requires', server, ["header['isRequired'] === true", "header['isRequired'] === 1"], searchTest), // prettier-ignore
  mutant('an address with values to fill in offered as it is', server, ['variables.length > 0', 'variables.length < 0'], searchTest), // prettier-ignore
  mutant("a publisher's characters shown as they are", server, ['readable !== name', 'readable === null'], searchTest), // prettier-ignore
  mutant('a registry asked page after page', search, ['pages < mostPages', 'pages < 1_000'], searchTest),
  mutant(
    'each key press sent to the registry',
    typed,
    ['this.clock.after(pause,', 'this.clock.after(0,'],
    typedTest,
  ),
  mutant('a request that goes on after typing does', typed, ['this.#running?.abort();', ''], typedTest),
];

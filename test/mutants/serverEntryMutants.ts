import { mutant, type Mutant } from './mutant.js';

const entranceTest = 'test/relay/agentEndpoint.test.ts';
const redirectTest = 'test/broker/diagnosedRedirect.test.ts';
const clientTest = 'test/broker/clientForServer.test.ts';

/** Defects of what becomes of servers that are disabled or renamed, and of clients that are registered by hand. */
export const serverEntryMutants: readonly Mutant[] = [
  mutant(
    'a disabled server that is used',
    'src/broker/settings/serverSettings.ts',
    ['(isDisabled(entry) ? disabled : servers).push(server)', 'servers.push(server)'],
    'test/broker/serverSettings.test.ts',
  ),
  mutant(
    'agent: another agent let in by a former name',
    'src/relay/agents/agentEndpoint.ts',
    ['agent.servers.find(({ formerNames }) => formerNames?.some(isNamed))', 'agent.servers[0]'],
    entranceTest,
  ),
  mutant(
    'agent: an address that a rename breaks',
    'src/relay/agents/agentEndpoint.ts',
    ['formerNames?.some(isNamed)', 'formerNames?.includes(name) === true && false'],
    entranceTest,
  ),
  mutant(
    'a former name kept for agents of other servers',
    'src/broker/agents/agentAdmissions.ts',
    [
      'const isIts = ({ url }: AdmittedServer) => url === serverUrl;',
      'const isIts = (_: AdmittedServer) => serverUrl !== "";',
    ],
    'test/broker/agentAdmissions.test.ts',
  ),
  mutant(
    'a diagnosis that names a redirect URI whose port is taken',
    'src/broker/diagnosis/diagnosedRedirect.ts',
    ['await choice.usable(steps)', '{ usable: steps, taken: [] as string[] }'],
    redirectTest,
  ),
  mutant(
    'a diagnosis that goes on listening',
    'src/broker/clients/redirectUri.ts',
    ['(await this.open(step)).dispose();', 'await this.open(step);'],
    redirectTest,
  ),
  mutant(
    'a query kept of the redirect URI that was sent',
    'src/broker/clients/sentRedirects.ts',
    ['uri: shownAddress(uri)', 'uri'],
    redirectTest,
  ),
  mutant(
    'a client asked for by hand after too many registrations',
    'src/broker/clients/clientForServer.ts',
    ['return status !== 429 && status < 500;', 'return status > 0;'],
    clientTest,
  ),
];

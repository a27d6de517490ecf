import { mutant, type Mutant } from './mutant.js';

const title = 'src/relay/calls/toolTitles.ts';
const titles = 'src/relay/calls/toolTitles.ts';

const titleTest = 'test/relay/toolTitle.test.ts';
const titlesTest = 'test/relay/toolTitles.test.ts';

/** Defects of the account in the titles of tools, and of how servers of one name are told apart. */
export const titleMutants: readonly Mutant[] = [
  mutant(
    'a listed tool’s name changed with its title',
    title,
    [
      'const titled = { ...tool, title: titleWith(own, actor, t) };',
      'const titled = { ...tool, title: titleWith(own, actor, t), name: titleWith(own, actor, t) };',
    ],
    titleTest,
    titlesTest,
  ),
  mutant(
    'a listed tool’s description changed with its title',
    title,
    [
      'const titled = { ...tool, title: titleWith(own, actor, t) };',
      'const titled = { ...tool, title: titleWith(own, actor, t), description: titleWith(own, actor, t) };',
    ],
    titlesTest,
  ),
  mutant(
    'the account missing where VS Code looks first',
    title,
    ["if (annotated === undefined || annotated === '') return titled;", 'if (true) return titled;'],
    titleTest,
  ),
  mutant(
    'the account hidden by markup of the server’s',
    title,
    ["text.replace(/[[\\]<>`*|\\\\~]+/g, ' ')", 'text'],
    titleTest,
  ),
  mutant(
    'an agent given other titles than the server’s',
    titles,
    ["caller.kind !== 'agent' && ", ''],
    titlesTest,
  ),
  mutant(
    'another extension given other titles than the server’s',
    titles,
    [" && caller.kind !== 'extension'", ''],
    titlesTest,
  ),
  mutant(
    'no account named in sessions of the agent host',
    titles,
    ["caller.kind !== 'agent' && ", "caller.kind === 'editor' && "],
    titlesTest,
  ),
  mutant(
    'no list announced when another account acts',
    'src/relay/announcements.ts',
    ['.catch(() => false)) session.push(toolsChangedMessage);', '.catch(() => false)) return;'],
    titlesTest,
  ),
  mutant(
    'a list announced at every renewal of a token',
    titles,
    [
      'if (now === listed || session.toolsTitledAs !== listed) return false;',
      'if (session.toolsTitledAs !== listed) return false;',
    ],
    titlesTest,
  ),
  mutant(
    'a server switched off for another case of its name shown as ready',
    'src/broker/settings/displacedServers.ts',
    ['other.toLowerCase() === wanted', 'other === name'],
    'test/broker/displacedServers.test.ts',
  ),
  mutant(
    'the model not told that the editor switched a server off',
    'src/broker/status/consentReport.ts',
    ['(displacedBy === undefined ? [] : [switchedOff(displacedBy)])', '[]'],
    'test/broker/consentReport.test.ts',
  ),
];

import { mutant, type Mutant } from './mutant.js';

const order = 'src/broker/clients/redirectUri.ts';
const registered = 'src/broker/clients/registeredClient.ts';
const unreachable = 'src/broker/clients/clientErrors.ts';
const notices = 'src/broker/callbacks/callbackNotices.ts';
const secrets = 'src/broker/callbacks/callbackSecrets.ts';

const orderTest = 'test/broker/redirectOrder.test.ts';
const clientTest = 'test/broker/clientForServer.test.ts';
const routingTest = 'test/desktop/callbackRouting.test.ts';
const signInTest = 'test/desktop/desktopSignIn.test.ts';

/** Defects of where a callback comes to, and of its way to the window that waits for it. */
export const callbackMutants: readonly Mutant[] = [
  mutant(
    'the editor’s own address first where the browser reaches loopback',
    order,
    ["client === 'preRegistered' || reach.handler", "client !== 'document' || reach.handler"],
    orderTest,
    clientTest,
  ),
  mutant(
    'loopback first for a client whose registration is not known',
    order,
    ["client === 'preRegistered' || reach.handler", 'reach.handler'],
    orderTest,
  ),
  mutant(
    'a callback sent to where it may be cut off',
    order,
    ['if (question.isTooLong === true) return', 'if (client === undefined) return'],
    orderTest,
    clientTest,
  ),
  mutant(
    'a client registered for loopback at each sign-in',
    registered,
    ['redirect.isFixed ? await knownClient', "redirect.kind !== 'loopback' ? await knownClient"],
    clientTest,
    signInTest,
  ),
  mutant(
    'a registration that was refused asked for at each sign-in',
    registered,
    ['!(isAnyKnown && isRefused)', '!(isAnyKnown && isRefused) || isAnyKnown'],
    clientTest,
  ),
  mutant(
    'a client left behind because another one may not be registered now',
    registered,
    ['} else mayRegister = false;', '} else throw error;'],
    clientTest,
  ),
  mutant(
    'settings obeyed that lead the browser nowhere',
    unreachable,
    ["loopback === 'anotherMachine'", "loopback !== 'anotherMachine'"],
    clientTest,
  ),
  mutant(
    'a state that leads to the window in front',
    'src/broker/signIn/flows/authorizationCodeFlow.ts',
    ['redirect.stateSuffix !== undefined', 'redirect.stateSuffix === redirect.uri'],
    signInTest,
  ),
  mutant(
    'a callback written to the disk as it is',
    notices,
    [
      'await sealTo(other.key, callbackToText(callback), name)',
      "{ ephemeralKey: other.key, nonce: '', sealed: callbackToText(callback) }",
    ],
    routingTest,
  ),
  mutant(
    'a callback for another window kept on the disk for good',
    notices,
    ['      this.#handed.delete(name);\n', ''],
    routingTest,
  ),
  mutant(
    'a callback kept in secret storage for good by a window that was ended',
    secrets,
    ['record.until + leftBehindAfter < this.clock.now()', 'record.until < 0'],
    'test/broker/callbackSecrets.test.ts',
  ),
  mutant(
    'an older portable editor taken for an installed one',
    'src/node/clients/editorInstallation.ts',
    ['editor.isPortable === true || isPortable', 'editor.isPortable === true && storage !== isPortable'],
    'test/node/editorInstallation.test.ts',
  ),
];

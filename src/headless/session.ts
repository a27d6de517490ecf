import { RememberedAccountChoice } from '../broker/accounts/accountChoice.js';
import { AssertionInFile } from '../broker/tokens/assertionFile.js';
import { CallLedger } from '../broker/calls/callLedger.js';
import { accountKeyOf, accountLabel } from '../broker/accounts/credential.js';
import { identityProviderAsServer } from '../broker/settings/identityProviderSetting.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import { MachineAssertionFiles } from '../node/assertionFiles.js';
import { machineFetch, systemClock, systemResolver } from '../node/machine.js';
import { UsageError } from './commandLine.js';
import { createHeadlessBroker, type HeadlessBroker } from './headlessBroker.js';
import type { HeadlessSettings } from './settingsFile.js';
import type { HeadlessStorage } from './storage.js';
import type { Terminal } from './terminal.js';

/** What a command works with. */
export interface Session {
  readonly settings: HeadlessSettings;
  readonly storage: HeadlessStorage;
  readonly broker: HeadlessBroker;
  readonly terminal: Terminal;
  /** Aborted when the command is told to end. */
  readonly signal: AbortSignal;
  close(): Promise<void>;
}

/** Puts the broker together with what is kept in a home. Nothing is asked of the network, and nothing listens. */
export function openSession(
  settings: HeadlessSettings,
  storage: HeadlessStorage,
  terminal: Terminal,
  signal: AbortSignal,
): Session {
  const { secrets, memory, lock, sharedRecords, notices, calls } = storage;
  const { clientMetadataUrl, toolRules } = settings;
  const ledger = new CallLedger(calls, terminal);
  const broker = createHeadlessBroker({
    servers: () => settings.servers,
    ...{ secrets, memory, lock, sharedRecords, notices },
    accountChoice: new RememberedAccountChoice(memory),
    clock: systemClock,
    log: terminal,
    fetch: machineFetch,
    resolver: systemResolver,
    assertions: new AssertionInFile(new MachineAssertionFiles()),
    identityProviderSetting: () => settings.identityProvider,
    // Agents are answered at once; nobody else calls.
    consentPrompt: { ask: () => Promise.resolve(false) },
    confirmAccountChange: async (server, from, to) => {
      terminal.say(`The browser signed in to ${server.name} as ${to}. The previous account was ${from}.`);
      terminal.say(`Type “new” to act as ${to} from now on, or “keep” to keep acting as ${from}.`);
      const answer = (await terminal.line(signal))?.trim();
      if (answer === 'new') return 'new';
      return answer === 'keep' ? 'present' : 'neither';
    },
    toolRules: {
      ruleOf: (server, tool) => toolRules.ruleOf(server, tool),
      onDidChange: () => ({ dispose: () => undefined }),
    },
    recording: { ledger, recordsArguments: () => settings.recordsArguments },
    clientMetadataUrl,
  });
  const close = async () => {
    broker.dispose();
    ledger.dispose();
    await notices.close();
  };
  return { settings, storage, broker, terminal, signal, close };
}

/** @throws UsageError where the settings have no server of this name */
export function serverNamed({ servers, disabled }: HeadlessSettings, name: string): ServerConfig {
  const server = servers.find((one) => one.name === name);
  if (server !== undefined) return server;
  if (disabled.some((one) => one.name === name))
    throw new UsageError(
      `“${name}” is disabled. Remove "disabled" from its entry in the settings to use it.`,
    );
  const known = servers.map((one) => one.name).join(', ');
  throw new UsageError(`The settings have no usable server named “${name}”. Servers: ${known || 'none'}.`);
}

/** Where a user signs in: a server, or the organization's identity provider by its host. */
export function signInPlaceNamed(settings: HeadlessSettings, name: string): ServerConfig {
  const { identityProvider } = settings;
  const provider = identityProvider && identityProviderAsServer(identityProvider);
  return provider?.name === name ? provider : serverNamed(settings, name);
}

/**
 * @param name as `status` shows it
 * @returns the key of the account
 * @throws UsageError where nobody of this name is signed in
 */
export async function accountNamed(
  { credentials }: HeadlessBroker,
  server: ServerConfig,
  name: string,
): Promise<string> {
  const all = await credentials.all(server.url);
  const found = all.find((credential) => accountLabel(credential) === name);
  if (found !== undefined) return accountKeyOf(found);
  const known = all.map(accountLabel).join(', ');
  throw new UsageError(
    `“${name}” is not signed in to ${server.name}. Signed-in accounts: ${known || 'none'}.`,
  );
}

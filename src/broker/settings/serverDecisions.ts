import { exceptionNames, type ExceptionName } from './oauthSettings.js';
import type { Memory } from '../../base/storage.js';
import type { ServerConfig } from './serverSettings.js';

/**
 * The user's decisions for a server, which are made once: the authorization server, if the server names several, and
 * the rules that its provider may break. An exception applies to one issuer: if the server names another one later,
 * it does not apply.
 */
export class ServerDecisions {
  /** @param accepted exceptions that count without having been asked about, such as a headless process's */
  constructor(
    private readonly memory: Memory,
    private readonly accepted: (server: ServerConfig) => readonly ExceptionName[] = () => [],
  ) {}

  acceptedExceptions(server: ServerConfig, issuer: string): readonly ExceptionName[] {
    const stored = this.memory.get(exceptionsKey(server, issuer));
    const remembered = Array.isArray(stored) ? (stored as unknown[]) : [];
    const accepted = this.accepted(server);
    return exceptionNames.filter((name) => accepted.includes(name) || remembered.includes(name));
  }

  async acceptException(server: ServerConfig, issuer: string, name: ExceptionName): Promise<void> {
    const all = new Set([...this.acceptedExceptions(server, issuer), name]);
    await this.memory.set(exceptionsKey(server, issuer), [...all]);
  }

  chosenIssuer(server: ServerConfig): string | undefined {
    const stored = this.memory.get(issuerKey(server));
    return typeof stored === 'string' ? stored : undefined;
  }

  async chooseIssuer(server: ServerConfig, issuer: string): Promise<void> {
    await this.memory.set(issuerKey(server), issuer);
  }
}

function exceptionsKey({ url }: ServerConfig, issuer: string): string {
  return `exceptions ${url} ${issuer}`;
}

function issuerKey({ url }: ServerConfig): string {
  return `authorizationServer ${url}`;
}

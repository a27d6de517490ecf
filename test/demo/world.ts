import { startAuthorizationServer, type DemoAuthorizationServer } from './authorizationServer.js';
import type { DpopVerification } from './dpopVerification.js';
import { startReportsServer, type ReportsMetadata, type ReportsServer } from './reportsServer.js';
import { startRepositoriesServer, type RepositoriesServer } from './repositoriesServer.js';
import { scriptedModelId, startScriptedModel, type ScriptedModel } from './scriptedModel.js';

export interface WorldOptions {
  /** Ports to listen on. By default, any free ports. */
  readonly ports?: {
    readonly authorizationServer?: number;
    readonly repositories?: number;
    readonly reports?: number;
    readonly model?: number;
  };
  /** Lifetime of an access token in seconds. */
  readonly accessTokenSeconds?: number;
  readonly reportsMetadata?: ReportsMetadata;
  /** Whether MCP servers respond with JSON in place of a stream. */
  readonly jsonResponses?: boolean;
  readonly dynamicRegistration?: boolean;
  readonly issuerPath?: string;
  /** If present, the repositories server accepts only tokens bound to a key, and this verifies proofs. */
  readonly dpop?: DpopVerification;
  readonly requireDpopNonce?: boolean;
  readonly requirePushedRequests?: boolean;
  /** Whether users may also sign in at the identity providers behind the authorization server. */
  readonly federatedLogins?: boolean;
  /** Whether the authorization server omits the account's name. */
  readonly namesNobody?: boolean;
  /** The public part of the key of the client that authenticates with one. */
  readonly clientKey?: object;
}

/** The whole demo world, running on loopback. */
export interface World {
  readonly authorizationServer: DemoAuthorizationServer;
  readonly repositories: RepositoriesServer;
  readonly reports: ReportsServer;
  readonly model: ScriptedModel;
  /** The value of the setting `mcpOAuthBroker.servers`. */
  serverSettings(): Record<'repositories' | 'reports', { type: 'http'; url: string }>;
  /** The content of VS Code's `chatLanguageModels.json`, which offers the scripted model to the chat. */
  chatLanguageModels(): object[];
  close(): Promise<void>;
}

/** Starts all parts, and ends the started ones if a later part fails. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const { ports = {}, jsonResponses = false } = options;
  const running: { close(): Promise<void> }[] = [];
  const keep = async <Part extends { close(): Promise<void> }>(starting: Promise<Part>): Promise<Part> => {
    const part = await starting;
    running.unshift(part);
    return part;
  };
  const close = async () => {
    for (const part of running.splice(0)) await part.close();
  };
  try {
    const authorizationServer = await keep(
      startAuthorizationServer({
        port: ports.authorizationServer ?? 0,
        accessTokenSeconds: options.accessTokenSeconds ?? 300,
        dynamicRegistration: options.dynamicRegistration ?? true,
        issuerPath: options.issuerPath ?? '',
        requireDpopNonce: options.requireDpopNonce ?? false,
        requirePushedRequests: options.requirePushedRequests ?? false,
        federatedLogins: options.federatedLogins ?? false,
        namesNobody: options.namesNobody ?? false,
        ...(options.clientKey !== undefined && { clientKey: options.clientKey }),
      }),
    );
    const repositories = await keep(
      startRepositoriesServer({
        authorizationServer,
        jsonResponses,
        port: ports.repositories ?? 0,
        ...(options.dpop !== undefined && { dpop: options.dpop }),
      }),
    );
    const reports = await keep(
      startReportsServer({
        authorizationServer,
        jsonResponses,
        port: ports.reports ?? 0,
        metadata: options.reportsMetadata ?? 'standard',
      }),
    );
    const model = await keep(startScriptedModel(ports.model ?? 0));
    return {
      authorizationServer,
      repositories,
      reports,
      model,
      serverSettings: () => ({
        repositories: { type: 'http', url: repositories.url },
        reports: { type: 'http', url: reports.url },
      }),
      chatLanguageModels: () => [chatLanguageModel(model.url)],
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function chatLanguageModel(url: string): object {
  return {
    name: 'Scripted',
    vendor: 'customendpoint',
    apiType: 'chat-completions',
    models: [
      {
        id: scriptedModelId,
        name: 'Scripted Local',
        url,
        toolCalling: true,
        vision: false,
        maxInputTokens: 100_000,
        maxOutputTokens: 8000,
      },
    ],
  };
}

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import * as z from 'zod';
import type { DemoAuthorizationServer } from './authorizationServer.js';
import type { VerifiedToken } from './bearerVerification.js';
import { McpHttpServer, type RpcMessage } from './mcpHttpServer.js';

/** Descriptions of scopes for the consent page. */
const reportsScopes = {
  'read:report': 'Read your reports',
  'tools:generate_summary': 'Write summaries of your reports',
} as const;

/**
 * The kind of metadata: RFC 9728, or the literal document of the article, which has nonstandard members and
 * a challenge without a scope.
 */
export type ReportsMetadata = 'standard' | 'article';

export interface ReportsServer {
  readonly http: McpHttpServer;
  readonly url: string;
  close(): Promise<void>;
}

export interface ReportsServerOptions {
  readonly authorizationServer: DemoAuthorizationServer;
  readonly metadata?: ReportsMetadata;
  readonly port?: number;
  readonly jsonResponses?: boolean;
}

/** Starts the MCP server "reports" and registers it for tokens. */
export async function startReportsServer(options: ReportsServerOptions): Promise<ReportsServer> {
  const { authorizationServer } = options;
  const { issuer } = authorizationServer;
  const scopes = Object.keys(reportsScopes);
  const article = options.metadata === 'article';
  const http = await McpHttpServer.start({
    port: options.port ?? 0,
    issuer,
    jwksUri: authorizationServer.jwksUri,
    jsonResponses: options.jsonResponses ?? false,
    challengeScopes: article ? undefined : scopes,
    metadata: (url) =>
      article
        ? { authorization_server: issuer, scopes, token_types: ['Bearer'] }
        : {
            resource: url,
            resource_name: 'Demo Reports',
            authorization_servers: [issuer],
            scopes_supported: scopes,
            bearer_methods_supported: ['header'],
          },
    requiredScopes: scopesOf,
    createServer: reportsMcpServer,
  });
  authorizationServer.addResource({ url: http.url, scopes: reportsScopes });
  return { http, url: http.url, close: () => http.close() };
}

function scopesOf({ method, params }: RpcMessage): readonly string[] {
  return method === 'tools/call' && params?.name === 'generate_summary'
    ? ['read:report', 'tools:generate_summary']
    : ['read:report'];
}

function reportsMcpServer(caller: VerifiedToken): McpServer {
  const server = new McpServer({ name: 'reports', title: 'Demo Reports', version: '1.0.0' });
  server.registerTool(
    'generate_summary',
    {
      title: 'Generate a summary',
      description: 'Writes a summary of the reports about a topic.',
      inputSchema: { topic: z.string().describe('What the summary is about') },
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ topic }, extra) => {
      const progressToken = extra._meta?.progressToken;
      for (const [progress, message] of ['Reading reports', 'Writing the summary'].entries()) {
        if (progressToken === undefined) break;
        const params = { progressToken, progress: progress + 1, total: 2, message };
        await extra.sendNotification({ method: 'notifications/progress', params });
      }
      const text = `Summary of ${topic}, made for ${caller.email}: two reports, both in good order.`;
      return { content: [{ type: 'text', text }] };
    },
  );
  return server;
}

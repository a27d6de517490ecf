import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import * as z from 'zod';
import type { DemoAuthorizationServer } from './authorizationServer.js';
import type { VerifiedToken } from './bearerVerification.js';
import type { DpopVerification } from './dpopVerification.js';
import { BranchRefused, GitRepository, type BranchAuthor } from './gitRepository.js';
import { McpHttpServer, type RpcMessage } from './mcpHttpServer.js';

/** Descriptions of scopes for the consent page. */
const repositoriesScopes = {
  'repo:read': 'See the branches and files of your repositories',
  'repo:write': 'Create branches in your repositories',
} as const;

export interface RepositoriesServer {
  readonly http: McpHttpServer;
  readonly url: string;
  readonly repository: GitRepository;
  /** Returns the author of a branch, or undefined if there is no such branch. */
  branchAuthor(name: string): Promise<BranchAuthor | undefined>;
  close(): Promise<void>;
}

export interface RepositoriesServerOptions {
  readonly authorizationServer: DemoAuthorizationServer;
  readonly port?: number;
  readonly jsonResponses?: boolean;
  /** Whether only tokens bound to a key are accepted (RFC 9449), which the metadata then states. */
  readonly dpop?: DpopVerification;
}

/** Starts the MCP server "repositories" on a real git repository and registers it for tokens. */
export async function startRepositoriesServer(
  options: RepositoriesServerOptions,
): Promise<RepositoriesServer> {
  const { authorizationServer } = options;
  const repository = await GitRepository.create();
  const http = await McpHttpServer.start({
    port: options.port ?? 0,
    issuer: authorizationServer.issuer,
    jwksUri: authorizationServer.jwksUri,
    jsonResponses: options.jsonResponses ?? false,
    challengeScopes: ['repo:read'],
    ...(options.dpop !== undefined && { dpop: options.dpop }),
    metadata: (url) => ({
      resource: url,
      resource_name: 'Demo Repositories',
      authorization_servers: [authorizationServer.issuer],
      scopes_supported: Object.keys(repositoriesScopes),
      bearer_methods_supported: ['header'],
      ...(options.dpop !== undefined && { dpop_bound_access_tokens_required: true }),
    }),
    requiredScopes: scopesOf,
    createServer: (caller) => repositoriesMcpServer(repository, caller),
  }).catch(async (error: unknown) => {
    await repository.dispose();
    throw error;
  });
  authorizationServer.addResource({ url: http.url, scopes: repositoriesScopes });
  return {
    http,
    url: http.url,
    repository,
    branchAuthor: (name) => repository.branchAuthor(name),
    close: async () => {
      await http.close();
      await repository.dispose();
    },
  };
}

function scopesOf({ method, params }: RpcMessage): readonly string[] {
  return method === 'tools/call' && params?.name === 'create_branch' ? ['repo:write'] : ['repo:read'];
}

function repositoriesMcpServer(repository: GitRepository, caller: VerifiedToken): McpServer {
  const server = new McpServer({ name: 'repositories', title: 'Demo Repositories', version: '1.0.0' });
  server.registerTool(
    'list_branches',
    {
      title: 'List branches',
      description: 'Lists the branches of the repository.',
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async () => ({ content: [{ type: 'text', text: (await repository.branches()).join('\n') }] }),
  );
  server.registerTool(
    'create_branch',
    {
      title: 'Create a branch',
      description: 'Creates a branch of the repository, starting at main.',
      inputSchema: { name: z.string().describe('Name of the branch') },
      annotations: {
        readOnlyHint: false,
        destructiveHint: false,
        idempotentHint: false,
        openWorldHint: false,
      },
    },
    async ({ name }) => {
      try {
        await repository.createBranch(name, { name: caller.name, email: caller.email, subject: caller.sub });
        return { content: [{ type: 'text', text: `Created branch ${name} as ${caller.email}.` }] };
      } catch (error) {
        if (!(error instanceof BranchRefused)) throw error;
        return { isError: true, content: [{ type: 'text', text: error.message }] };
      }
    },
  );
  server.registerResource(
    'readme',
    'repo://HEAD',
    { title: 'README.md', description: 'The README of the repository.', mimeType: 'text/markdown' },
    async (uri) => ({
      contents: [{ uri: uri.href, mimeType: 'text/markdown', text: await repository.readFile('README.md') }],
    }),
  );
  server.registerPrompt(
    'name_branch',
    {
      title: 'Name a branch',
      description: 'Asks for a branch name that fits a task.',
      argsSchema: { task: z.string().describe('What the branch is for') },
    },
    ({ task }) => ({
      messages: [
        { role: 'user', content: { type: 'text', text: `Suggest a short branch name for: ${task}` } },
      ],
    }),
  );
  return server;
}

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Workbench } from '../host/workbench.js';
import { agentPath } from '../../src/broker/agents/agentSettings.js';

/** An agent that a user admits from the palette to the single configured server. */
export class AdmittedAgent {
  private constructor(
    private readonly window: Workbench,
    private readonly client: Client,
    readonly name: string,
  ) {}

  /** @param port the configured port for agents */
  static async admit(window: Workbench, name: string, server: string, port: number): Promise<AdmittedAgent> {
    const key = await admitAgent(window, name, server);
    const client = new Client({ name, version: '1' });
    const headers = { Authorization: `Bearer ${key}` };
    const url = new URL(`http://127.0.0.1:${port}${agentPath(server)}`);
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
    return new AdmittedAgent(window, client, name);
  }

  /** @returns the result that its model receives */
  async call(tool: string, args: Record<string, string>): Promise<string> {
    const { content } = await this.client.callTool({ name: tool, arguments: args });
    return JSON.stringify(content);
  }

  /** Withdraws the agent's admission. */
  async withdraw(): Promise<void> {
    await this.client.close();
    await this.window.page.bringToFront();
    await this.window.runCommand('MCP OAuth: Withdraw Agent…');
    await this.window.pick(this.name);
    await this.window.clickDialog(`Withdraw ${this.name}?`, 'Withdraw');
  }
}

/**
 * Admits an agent from the palette to the single configured server.
 *
 * @returns its key, which the user copied
 */
export async function admitAgent(window: Workbench, name: string, server: string): Promise<string> {
  await window.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await window.page.bringToFront();
  await window.runCommand('MCP OAuth: Admit Agent…');
  await window.enter('A name for the agent', name);
  await window.pick(server);
  await window.confirmPicks();
  await window.pick('Current account');
  await window.pick('All scopes you grant, now and later');
  await window.seeRow('All tools, including future ones');
  await window.confirmPicks();
  await window.pick('1 hour');
  await window.pick('Copy Key');
  await window.notification('The key was copied to the clipboard').waitFor();
  const key = await window.page.evaluate(() => navigator.clipboard.readText());
  await window.pick('Done');
  return key;
}

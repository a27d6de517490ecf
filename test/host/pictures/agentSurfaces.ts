import { freePort } from '../../relay/agentScene.js';
import { AdmittedAgent } from '../../workbench/admittedAgent.js';
import type { Surface } from './stage.js';

const server = 'repositories';
const name = 'Nightly build';

export const agents: Surface = {
  name: 'agents',
  async take(stage) {
    const { workbench, page, album, sideBar } = stage;
    await stage.signedIn(server);
    const port = await freePort();
    await stage.settings.change({ 'mcpOAuthBroker.agents.port': port, 'mcpOAuthBroker.toolRules': {} });
    const agent = await AdmittedAgent.admit(workbench, name, server, port);
    await workbench.clearNotifications();
    await stage.unfold(name);
    await stage.row('repositories').waitFor();
    await album.window(page, 'agents-view', sideBar);

    await stage.signOut(server);
    await agent.call('list_branches', {});
    await stage.row(name).filter({ hasText: 'waiting for your consent' }).waitFor();
    await workbench.notification(name).waitFor();
    await album.window(page, 'notification-agent-asks', workbench.notification(name));
    await workbench.clearNotifications();
    await album.window(page, 'agents-view-waiting', sideBar);
    await agent.withdraw();
  },
};

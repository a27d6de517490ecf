import { rowsTouched, watchRows } from '../treeMutations.js';
import type { Surface } from './stage.js';

const count = 50;

/** The largest realistic number of servers, and how much of the view one server's change redraws. */
export const manyServers: Surface = {
  name: 'many-servers',
  async take(stage) {
    const { workbench, page, album, demo, sideBar } = stage;
    const { repositories } = demo.world.serverSettings();
    const names = Array.from({ length: count }, (_, at) => `server-${String(at + 1).padStart(2, '0')}`);
    const servers = Object.fromEntries(
      names.map((name, at) => [name, { type: 'http', url: `${repositories.url}?part=${at + 1}` }]),
    );
    await stage.settings.change({ 'mcpOAuthBroker.servers': servers });
    await stage.row('server-01').waitFor();
    await watchRows(page);
    await workbench.runCommand('MCP OAuth: Check Server…');
    await stage.choose('server-07');
    await stage.row('server-07').filter({ hasNotText: 'Not checked yet' }).waitFor();
    await workbench.notification('server-07').waitFor();
    album.say(`one server’s change drew again: ${(await rowsTouched(page)).join(', ')}`);
    await workbench.clearNotifications();
    await album.window(page, 'many-servers', sideBar);
  },
};

import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { startWorld, type World } from '../demo/world.js';
import { activeExtension, configure, serverNamed, type ActiveExtension } from './activeExtension.js';

/** The extension in its editor, configured for a demo world of its own. */
export interface EditorScene {
  readonly extension: ActiveExtension;
  readonly world: World;
  /** The one that most tests are about: `repositories`. */
  readonly server: ServerConfig;
  /** Ends what a test left: an attempt under way, a sign-in. */
  signOut(): Promise<void>;
  close(): Promise<void>;
}

export async function startEditorScene(): Promise<EditorScene> {
  const extension = await activeExtension();
  const world = await startWorld();
  await configure(extension, world.serverSettings());
  const server = serverNamed(extension, 'repositories');
  const signOut = async () => {
    extension.signIns.running(server)?.cancel();
    await extension.signOuts.signOut(server);
  };
  const close = async () => {
    await signOut();
    await configure(extension, undefined);
    await world.close();
  };
  return { extension, world, server, signOut, close };
}

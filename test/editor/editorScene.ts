import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { startWorld, type World } from '../demo/world.js';
import { activeExtension, configure, serverNamed, type ActiveExtension } from './activeExtension.js';

/** The extension in its editor, configured for its own demo world. */
export interface EditorScene {
  readonly extension: ActiveExtension;
  readonly world: World;
  /** The server that most tests use: `repositories`. */
  readonly server: ServerConfig;
  /** Ends a test's pending attempt and its sign-in. */
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

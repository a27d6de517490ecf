import { usualLoopbackPort } from '../../src/broker/settings/signInPolicy.js';
import type { RedirectReach } from '../../src/broker/ports.js';

/** Which redirect URIs work where the extension can run. */
export const redirectReaches = {
  /** A desktop window whose extension runs on the user's machine, be the folder local or remote. */
  desktop: { handler: 'fixed', loopback: 'thisMachine', usualPort: usualLoopbackPort },
  /** The same in an editor that the system does not open addresses with. */
  portable: { handler: 'portable', loopback: 'thisMachine', usualPort: usualLoopbackPort },
  /** A desktop window whose extension runs on the remote machine. */
  remoteHost: { handler: 'fixed', loopback: 'anotherMachine', usualPort: usualLoopbackPort },
  /** A browser whose editor is served by another machine. */
  browser: { handler: 'changing', loopback: 'anotherMachine', usualPort: usualLoopbackPort },
  /** A browser whose editor is served by the browser's own machine. */
  localBrowser: { handler: 'changing', loopback: 'thisMachine', usualPort: usualLoopbackPort },
  headless: { handler: 'noEditor', loopback: 'thisMachine' },
} as const satisfies Readonly<Record<string, RedirectReach>>;

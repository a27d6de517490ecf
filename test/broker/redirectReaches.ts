import { usualLoopbackPort } from '../../src/broker/settings/signInPolicy.js';
import type { RedirectReach } from '../../src/broker/ports.js';

/** The redirect URIs that work at each place where the extension can run. */
export const redirectReaches = {
  /** A desktop window whose extension runs on the user's machine, with a local or remote folder. */
  desktop: { handler: 'fixed', loopback: 'thisMachine', usualPort: usualLoopbackPort },
  /** The same in a portable editor, which the system does not open addresses with. */
  portable: { handler: 'portable', loopback: 'thisMachine', usualPort: usualLoopbackPort },
  /** A desktop window whose extension runs on the remote machine. */
  remoteHost: { handler: 'fixed', loopback: 'anotherMachine', usualPort: usualLoopbackPort },
  /** A browser whose editor is served by another machine. */
  browser: { handler: 'changing', loopback: 'anotherMachine', usualPort: usualLoopbackPort },
  /** A browser whose editor is served by the browser's own machine. */
  localBrowser: { handler: 'changing', loopback: 'thisMachine', usualPort: usualLoopbackPort },
  headless: { handler: 'noEditor', loopback: 'thisMachine' },
} as const satisfies Readonly<Record<string, RedirectReach>>;

import { mutant, type Mutant } from './mutant.js';

const test = 'test/architecture/layers.test.ts';

/** Imports that point where they may not. */
export const layerMutants: readonly Mutant[] = [
  mutant(
    'a layer import turned around: what all may use names the relay',
    'src/base/event.ts',
    [
      "import type { Disposable } from './clock.js';",
      "import type { Disposable } from './clock.js';\nexport type { Relay } from '../relay/relay.js';",
    ],
    test,
  ),
  mutant(
    'a layer import turned around: the flow names the broker',
    'src/base/redacted.ts',
    ['const inspect =', "import '../broker/ports.js';\nconst inspect ="],
    test,
  ),
  mutant(
    'Node named in what all may use',
    'src/base/event.ts',
    [
      "import type { Disposable } from './clock.js';",
      "import type { Disposable } from './clock.js';\nimport 'node:crypto';",
    ],
    test,
  ),
  mutant(
    'vscode named below the editor',
    'src/loopback/launchPages.ts',
    [
      "import type { IncomingMessage, ServerResponse } from 'node:http';",
      "import type { IncomingMessage, ServerResponse } from 'node:http';\nimport type {} from 'vscode';",
    ],
    test,
  ),
];

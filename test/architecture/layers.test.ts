import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { folderOrders, importCycles, layers, layerViolations, type Sources } from './layers.js';
import { importsOf } from './sourceImports.js';

const root = path.resolve(__dirname, '..', '..', '..');

function sourcesBelow(folder: string): Sources {
  const files = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => path.posix.join(folder, file.split(path.sep).join('/')))
    .filter((file) => file.endsWith('.ts'));
  return new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));
}

describe('the layers of the source', () => {
  const src = sourcesBelow('src');

  it('all exist', () => {
    const folders = new Set([...src.keys()].map((file) => file.split('/')[1]));
    assert.deepEqual([...folders].sort(), Object.keys(layers).sort());
    assert.ok([...src.values()].flatMap((text) => importsOf('a.ts', text)).length > 200);
  });

  it('have all their folders in the order of their layer', () => {
    for (const [layer, order] of Object.entries(folderOrders)) {
      const below = [...src.keys()].filter((file) => file.startsWith(`src/${layer}/`));
      const folders = new Set(below.map((file) => (file.split('/').length > 3 ? file.split('/')[2] : '.')));
      assert.deepEqual([...folders].sort(), order.flat().sort());
    }
  });

  it('import downwards only, and only the packages of their layer', () => {
    assert.deepEqual(layerViolations(src), []);
  });

  it('have no import cycles', () => {
    assert.deepEqual(importCycles(src), []);
  });

  it('have files of one idea, named after it, with at most 300 lines', () => {
    const vague = [...src.keys(), ...sourcesBelow('test').keys()].filter((file) =>
      /(^|\/)\w*(utils?|helpers?|common|misc|managers?)(\.test)?(\.ts$|\/)/i.test(file),
    );
    assert.deepEqual(vague, []);
    const long = [...src].filter(([, text]) => text.trimEnd().split('\n').length > 300);
    assert.deepEqual(
      long.map(([file]) => file),
      [],
    );
  });

  it('have a composition root under 100 lines', () => {
    const lines = (src.get('src/extension.ts') ?? '').trimEnd().split('\n').length;
    assert.ok(lines < 100, `${lines} lines`);
  });
});

describe('the layer check', () => {
  const planted: [string, string, string][] = [
    ['an upward folder', 'src/broker/accounts/a.ts', `import { SignIns } from '../signIn/signIns.js';`],
    ['a folder of the same rank', 'src/broker/tools/a.ts', `import { Use } from '../tokens/useHere.js';`],
    ['a folder in no order', 'src/relay/odd/a.ts', `import { Relay } from '../relay.js';`],
    ['an upward import', 'src/broker/a.ts', `import { Relay } from '../relay/relay.js';`],
    ['an upward type import', 'src/oauth/a.ts', `import type { Launcher } from '../broker/ports.js';`],
    ['a sideways import', 'src/mcp/a.ts', `import { x } from '../oauth/redacted.js';`],
    ['a type import inside a type', 'src/mcp/a.ts', `let a: import('../relay/relay.js').Relay;`],
    ['a re-export', 'src/oauth/a.ts', `export * from '../broker/ports.js';`],
    ['a dynamic import', 'src/broker/a.ts', `const a = await import('../editor/commands.js');`],
    ['a computed import', 'src/broker/a.ts', `const a = await import(name);`],
    ['require', 'src/oauth/a.ts', `const a = require('node:fs');`],
    ['require.resolve', 'src/oauth/a.ts', `const a = require.resolve('vscode');`],
    ['import with require', 'src/broker/a.ts', `import fs = require('fs');`],
    ['a side-effect import', 'src/broker/a.ts', `import 'node:process';`],
    ['vscode below the editor', 'src/relay/a.ts', `import * as vscode from 'vscode';`],
    ['vscode types without an editor', 'src/headless/a.ts', `import type { Uri } from 'vscode';`],
    ['Node in the broker', 'src/broker/a.ts', `import { randomUUID } from 'node:crypto';`],
    ['Node without its prefix', 'src/relay/a.ts', `import { randomUUID } from 'crypto';`],
    ['Node in the editor', 'src/editor/a.ts', `import path from 'node:path';`],
    ['the relay in the editor', 'src/editor/a.ts', `import { Relay } from '../relay/relay.js';`],
    ['the editor without one', 'src/headless/a.ts', `import { Commands } from '../editor/commands.js';`],
    ['a package of another layer', 'src/broker/a.ts', `import * as oauth from 'oauth4webapi';`],
    ['a package with a like name', 'src/oauth/a.ts', `import * as oauth from 'oauth4webapi-extra';`],
    [
      'more of the broker than its ports',
      'src/node/a.ts',
      `import { SignIns } from '../broker/signIn/signIns.js';`,
    ],
    ['a test', 'src/broker/a.ts', `import { alice } from '../demo/people.js';`],
    ['a folder in no layer', 'src/shared/a.ts', ``],
  ];
  for (const [what, file, text] of planted) {
    it(`finds ${what}`, () => {
      assert.equal(layerViolations(new Map([[file, `// planted\n${text}\n`]])).length, 1);
    });
  }

  it('allows permitted imports, and names in comments and strings', () => {
    const allowed: Sources = new Map([
      ['src/oauth/a.ts', `import * as oauth from 'oauth4webapi'; import { b } from './b.js';`],
      ['src/mcp/a.ts', `import { x } from '@modelcontextprotocol/sdk/types.js';`],
      [
        'src/broker/a.ts',
        `// import 'vscode'\nconst a = "import 'vscode'"; import '../mcp/clientMessage.js';`,
      ],
      ['src/node/a.ts', `import 'node:fs'; import type { Log } from '../broker/ports.js';`],
      ['src/relay/a.ts', `import 'node:http'; import '../broker/ports.js'; import 'eventsource-parser';`],
      ['src/editor/a.ts', `import * as vscode from 'vscode'; import '../broker/ports.js';`],
      ['src/headless/a.ts', `import '../relay/relay.js'; import '../node/fileLock.js';`],
      ['src/extension.ts', `import 'vscode'; import 'node:path'; import './editor/commands.js';`],
    ]);
    assert.deepEqual(layerViolations(allowed), []);
  });

  it('reports file, line and the imported name', () => {
    const text = `\n\nimport 'vscode';`;
    assert.deepEqual(layerViolations(new Map([['src/oauth/a.ts', text]])), ['src/oauth/a.ts:3 names vscode']);
  });

  it('finds a cycle, including types, and reports no cycle for converging imports', () => {
    const circle: Sources = new Map([
      ['src/broker/a.ts', `import './b.js';`],
      ['src/broker/b.ts', `import type { C } from './c.js';`],
      ['src/broker/c.ts', `export * from './a.js';`],
    ]);
    assert.deepEqual(importCycles(circle), [
      'src/broker/a.ts → src/broker/b.ts → src/broker/c.ts → src/broker/a.ts',
    ]);
    const diamond: Sources = new Map([
      ['src/a.ts', `import './b.js'; import './c.js';`],
      ['src/b.ts', `import './d.js';`],
      ['src/c.ts', `import './d.js';`],
      ['src/d.ts', ``],
    ]);
    assert.deepEqual(importCycles(diamond), []);
  });
});

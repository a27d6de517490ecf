import path from 'node:path';
import { importsOf } from './sourceImports.js';

/** The imports that the files of one folder may have. */
export interface Layer {
  /** Folders below `src/`. Files of the folder itself are always allowed. */
  readonly layers: readonly string[];
  /** Packages and built-in modules. `node:*` means all of Node. */
  readonly packages: readonly string[];
}

/** Source texts by path relative to the repository, with `/`. */
export type Sources = ReadonlyMap<string, string>;

const everything: Layer = {
  layers: [
    'base',
    'oauth',
    'mcp',
    'mcpClients',
    'broker',
    'loopback',
    'relay',
    'node',
    'editor',
    'headless',
    'core',
  ],
  packages: ['vscode', 'node:*'],
};

/** Imports point down only. A single file of a folder is listed with its name: `broker/ports`. */
export const layers: Readonly<Record<string, Layer>> = {
  // Code for all layers.
  base: { layers: [], packages: [] },
  oauth: { layers: ['base'], packages: ['oauth4webapi'] },
  mcp: { layers: ['base'], packages: ['@modelcontextprotocol/sdk', 'jsonc-parser'] },
  // The configuration files of other MCP clients, as text.
  mcpClients: { layers: ['base'], packages: ['jsonc-parser', '@decimalturn/toml-patch'] },
  broker: { layers: ['base', 'oauth', 'mcp', 'mcpClients'], packages: ['jose'] },
  // Listeners on 127.0.0.1: callbacks and launch pages.
  loopback: { layers: ['base', 'oauth', 'broker'], packages: ['node:*'] },
  relay: {
    layers: ['base', 'oauth', 'mcp', 'broker', 'loopback'],
    packages: ['node:*', '@modelcontextprotocol/sdk', 'eventsource-parser'],
  },
  // Under these names, `http` and `https` are patched by the editor with its proxies and certificates.
  node: {
    layers: ['base', 'broker/ports', 'broker/imports/otherFiles', 'mcpClients/configurationFiles'],
    packages: ['node:*', 'http', 'https', 'proper-lockfile'],
  },
  // Runs in the editor's pages: browser globals only, and only code that may be bundled into a page.
  webview: { layers: ['base', 'broker'], packages: [] },
  editor: {
    layers: [
      ...['base', 'oauth', 'mcp', 'mcpClients', 'broker'],
      ...['webview/clientGuideProtocol', 'webview/toolCallsProtocol'],
    ],
    packages: ['vscode', 'jsonc-parser'],
  },
  // The common parts of both composition roots.
  core: { layers: ['base', 'oauth', 'mcp', 'broker', 'loopback', 'relay'], packages: [] },
  headless: {
    layers: ['base', 'oauth', 'mcp', 'mcpClients', 'broker', 'loopback', 'relay', 'node', 'core'],
    packages: ['node:*', '@modelcontextprotocol/sdk', 'jsonc-parser'],
  },
  // The composition of the editor's root.
  extension: everything,
  'extension.ts': { ...everything, layers: [...everything.layers, 'extension'] },
};

/**
 * The folders inside a layer, lowest first. A file may import files of its own folder and of lower ones.
 * `.` means the files outside those folders.
 */
export const folderOrders: Readonly<Record<string, readonly (readonly string[])[]>> = {
  broker: [
    ['.'],
    ['callbacks', 'settings'],
    ['accounts', 'calls', 'discovery', 'links', 'registry'],
    ['clients', 'status'],
    ['imports', 'tokens', 'tools'],
    ['diagnosis', 'fetch'],
    ['signIn'],
    ['agents'],
  ],
  editor: [
    ['adapters'],
    ['settings'],
    ['imports', 'views'],
    ['signIn'],
    ['agents', 'chatTools', 'clients', 'commands'],
    ['connections', 'links'],
    ['.'],
  ],
  relay: [['callers'], ['upstream'], ['calls'], ['.'], ['agents'], ['httpSse']],
};

/** Returns the forbidden imports, each as `file:line names specifier`. */
export function layerViolations(sources: Sources, rules = layers): readonly string[] {
  return [...sources].flatMap(([file, text]) => {
    const [, folder = ''] = file.split('/');
    const rule = rules[folder];
    if (rule === undefined) return [`${file}: src/${folder} is in no layer`];
    return importsOf(file, text)
      .filter(({ specifier }) => !mayName(file, folder, rule, specifier))
      .map(({ specifier, line }) => `${file}:${line} names ${specifier}`);
  });
}

function mayName(file: string, folder: string, rule: Layer, specifier: string): boolean {
  if (!specifier.startsWith('.')) return rule.packages.some((allowed) => isOf(specifier, allowed));
  const [top, layer = '', ...rest] = path.posix.join(path.posix.dirname(file), specifier).split('/');
  if (top !== 'src') return false;
  const target = [layer, ...rest].join('/').replace(/\.js$/, '');
  if (layer === folder) return mayNameFolder(layer, file.split('/').slice(2), rest);
  return rule.layers.some((allowed) => target === allowed || layer === allowed);
}

/**
 * Checks whether a file may import another one of its layer. Both paths are relative to the layer's folder.
 */
function mayNameFolder(layer: string, from: readonly string[], to: readonly string[]): boolean {
  const order = folderOrders[layer];
  if (order === undefined) return true;
  const folderOf = (parts: readonly string[]) => (parts.length > 1 ? (parts[0] ?? '') : '.');
  const rankOf = (folder: string) => order.findIndex((rank) => rank.includes(folder));
  const [own, named] = [folderOf(from), folderOf(to)];
  return own === named || (rankOf(named) >= 0 && rankOf(named) < rankOf(own));
}

function isOf(specifier: string, allowed: string): boolean {
  if (allowed === 'node:*') return specifier.startsWith('node:');
  return specifier === allowed || specifier.startsWith(`${allowed}/`);
}

/** Returns the import cycles, including types, each once as `a → b → a`. */
export function importCycles(sources: Sources): readonly string[] {
  const graph = new Map(
    [...sources].map(([file, text]) => [
      file,
      importsOf(file, text)
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => path.posix.join(path.posix.dirname(file), specifier).replace(/\.js$/, '.ts')),
    ]),
  );
  const cycles: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, trail: readonly string[]): void => {
    const at = trail.indexOf(file);
    if (at >= 0) {
      cycles.push([...trail.slice(at), file].join(' → '));
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return cycles;
}

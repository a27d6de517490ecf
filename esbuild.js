// Bundles the extension, the scripts of its pages, the command that speaks stdio for agents and the command for
// machines without an editor into a file each.
// The editor provides `vscode`; everything else goes in.
const esbuild = require('esbuild');

const watch = process.argv.includes('--watch');

/** Tells the editor's task when a bundle is being made, so that F5 waits for it. */
const progress = {
  name: 'progress',
  setup(build) {
    build.onStart(() => console.log('bundling …'));
    build.onEnd(() => console.log('bundled'));
  },
};

const shared = {
  bundle: true,
  minify: !watch,
  // Beside the bundle. What is shipped does not name the map, which is not shipped; a debugger has to find it.
  sourcemap: watch ? 'linked' : 'external',
  logLevel: 'warning',
  plugins: watch ? [progress] : [],
};
const bundles = [
  {
    ...shared,
    entryPoints: {
      extension: 'src/extension.ts',
      bridge: 'src/headless/bridge/bridgeCommand.ts',
      headless: 'src/headless/headlessCommand.ts',
    },
    outdir: 'dist',
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    // jsonc-parser's main file is UMD, whose requires a bundler cannot follow; its module file can be.
    mainFields: ['module', 'main'],
    keepNames: true,
  },
  {
    ...shared,
    entryPoints: ['src/webview/toolCalls.ts', 'src/webview/clientGuide.ts'],
    outdir: 'dist',
    platform: 'browser',
    format: 'iife',
    target: 'chrome120',
  },
];

async function main() {
  for (const bundle of bundles) {
    const context = await esbuild.context(bundle);
    if (watch) {
      await context.watch();
      continue;
    }
    await context.rebuild();
    await context.dispose();
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});

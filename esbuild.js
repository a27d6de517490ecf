// Bundles the extension into one file, and the command that speaks stdio for agents into another. The editor
// provides `vscode`; everything else goes in.
const esbuild = require('esbuild');

const watch = process.argv.includes('--watch');

async function main() {
  const context = await esbuild.context({
    entryPoints: { extension: 'src/extension.ts', bridge: 'src/headless/bridgeCommand.ts' },
    outdir: 'dist',
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    // jsonc-parser's main file is UMD, whose requires a bundler cannot follow; its module file can be.
    mainFields: ['module', 'main'],
    minify: !watch,
    keepNames: true,
    // Beside the bundle, which does not name it: the map is not shipped.
    sourcemap: 'external',
    logLevel: 'warning',
  });
  if (watch) {
    await context.watch();
    return;
  }
  await context.rebuild();
  await context.dispose();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});

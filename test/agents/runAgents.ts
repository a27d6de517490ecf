import { agentKinds } from './agentKinds.js';
import { runLine } from './gridLine.js';

/** @param args parts of agents' names; if empty, all of them */
async function main(args: readonly string[]): Promise<boolean> {
  const frameworks = process.env['MCP_OAUTH_BROKER_AGENTS'];
  if (frameworks === undefined) throw new Error('Use npm run agents, which gets the frameworks.');
  const chosen = agentKinds.filter(
    ({ name }) => args.length === 0 || args.some((part) => name.includes(part)),
  );
  let passed = 0;
  for (const kind of chosen) if (await runLine(kind, frameworks)) passed++;
  console.log(`\n${passed}/${chosen.length} agents, each connected by the snippet that the editor offers`);
  return passed > 0 && passed === chosen.length;
}

main(process.argv.slice(2)).then(
  (passed) => process.exit(passed ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);

import path from 'node:path';
import { runScenario, type Verdict } from './scenarioRun.js';
import { authorizationScenarios, passes, type Pass, type Scenario } from './suite.js';

const command = `${process.execPath} ${path.join(__dirname, 'client.js')}`;

/** The verdicts of a scenario, by pass. Absent if the pass does not include it. */
type Row = ReadonlyMap<Pass, Verdict>;

async function runAll(scenario: Scenario, chosen: readonly Pass[]): Promise<Row> {
  const row = new Map<Pass, Verdict>();
  for (const pass of chosen) {
    if (!pass.includes(scenario.listedUnder)) continue;
    const verdict = await runScenario(scenario, pass, command);
    row.set(pass, verdict);
    for (const reason of verdict.reasons)
      console.log(`  ${scenario.name} (${pass.name}): ${reason.slice(0, 600)}`);
  }
  return row;
}

function lineOf(name: string, cells: readonly string[]): string {
  return `${name.padEnd(42)}${cells.map((cell) => cell.padEnd(12)).join('')}`.trimEnd();
}

/** @param args parts of scenario names, and names of passes; if empty, all of them */
async function main(args: readonly string[]): Promise<boolean> {
  const named = passes.filter(({ name }) => args.includes(name));
  const chosen = named.length === 0 ? passes : named;
  const parts = args.filter((arg) => !passes.some(({ name }) => name === arg));
  const scenarios = (await authorizationScenarios()).filter(
    ({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)),
  );
  const lines: string[] = [];
  const rows: Row[] = [];
  for (const scenario of scenarios) {
    const row = await runAll(scenario, chosen);
    rows.push(row);
    const line = lineOf(
      scenario.name,
      chosen.map((pass) => row.get(pass)?.kind ?? '–'),
    );
    lines.push(line);
    console.log(line);
  }
  console.log(`\n${[lineOf('scenario', chosen.map(({ name }) => name)), ...lines].join('\n')}`); // prettier-ignore
  const totals = chosen.map((pass) => {
    const verdicts = rows.flatMap((row) => row.get(pass) ?? []);
    return { all: verdicts.length, ok: verdicts.filter(({ kind }) => kind === 'ok').length };
  });
  console.log(`\n${lineOf('total', totals.map(({ all, ok }) => `${ok}/${all}`))}`); // prettier-ignore
  return totals.every(({ all, ok }) => ok === all) && totals.some(({ all }) => all > 0);
}

main(process.argv.slice(2)).then(
  (passed) => (process.exitCode = passed ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);

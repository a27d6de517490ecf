import type { DiagnosedStep, Diagnosis } from './diagnosis.js';

const stateTexts: Record<DiagnosedStep['state'], string> = {
  asWanted: 'OK',
  question: 'you are asked',
  fault: 'FAILED',
  notReached: 'not reached',
};

/**
 * A diagnosis as Markdown, which can be pasted into an issue. Texts from servers are in blocks of plain text, so that
 * they create no links, images, or mentions.
 *
 * @param version of this extension
 */
export function diagnosisReport(diagnosis: Diagnosis, version: string): string {
  const { server, address, at, verdict, fix, steps } = diagnosis;
  const strays = steps.flatMap((step) => step.strays);
  return [
    '# Diagnosis of an MCP server’s sign-in',
    block([
      `${server}: ${address}`,
      `${new Date(at).toISOString()}, MCP OAuth Broker ${version}`,
      'This report was created without signing in or registering a client. It contains no secrets.',
    ]),
    '## Summary',
    block([verdict, ...(fix === undefined ? [] : [`To do: ${fix}`])]),
    ...(strays.length === 0 ? [] : ['## Deviations from the standards', block(strays)]),
    '## Step by step',
    ...steps.flatMap(stepReport),
  ]
    .join('\n\n')
    .concat('\n');
}

function stepReport({ step, title, state, requests, said }: DiagnosedStep): string[] {
  const asked = requests.map(
    ({ method, address, answer, took }) => `${method} ${address} → ${answer} (${took} ms)`,
  );
  const lines = [...asked, ...said];
  return [`### ${step} ${title}: ${stateTexts[state]}`, ...(lines.length === 0 ? [] : [block(lines)])];
}

/** What every line begins with keeps it from ending the block (CommonMark §4.5). */
function block(lines: readonly string[]): string {
  return ['```text', ...lines.map((line) => `- ${line}`), '```'].join('\n');
}

/** What is counted, in the order of the table. */
export const measures = ['dialogs', 'clicks', 'windows'] as const;
export type Measure = (typeof measures)[number];

export interface Step {
  /** What it was, in words. */
  readonly words: string;
  /** What it cost the user. */
  readonly costs: readonly Measure[];
}

/** What a user met and did between a prompt and its result, a step each, in order. */
export class Effort {
  readonly steps: Step[] = [];
  /** Times the prompt had to be typed. */
  prompts = 0;

  prompt(words: string): void {
    this.prompts += 1;
    this.steps.push({ words, costs: [] });
  }

  add(words: string, ...costs: readonly Measure[]): void {
    this.steps.push({ words, costs });
  }

  count(measure: Measure): number {
    return this.steps.flatMap(({ costs }) => costs).filter((cost) => cost === measure).length;
  }

  /** Dialogs, clicks and windows together. */
  get sum(): number {
    return measures.reduce((total, measure) => total + this.count(measure), 0);
  }

  /** A line a step, with a column for each measure. */
  lines(): string[] {
    return this.steps.map(({ words, costs }, index) => {
      const cells = measures.map((measure) => String(costs.filter((cost) => cost === measure).length || '·'));
      return `${String(index + 1).padStart(3)}  ${words.padEnd(width)}${cells.map((cell) => cell.padStart(9)).join('')}`;
    });
  }
}

/** Of a step's words in the table, in characters. */
export const width = 96;

/** What `ours` needs more than `theirs`, a sentence each; empty if it is no more of anything and less in sum. */
export function shortcomings(ours: Effort, theirs: Effort): string[] {
  const more = measures
    .filter((measure) => ours.count(measure) > theirs.count(measure))
    .map((measure) => `needs ${ours.count(measure)} ${measure}, not ${theirs.count(measure)}`);
  if (ours.prompts > theirs.prompts) more.push(`needs ${ours.prompts} prompts, not ${theirs.prompts}`);
  if (ours.sum >= theirs.sum) more.push(`needs ${ours.sum} in sum, which is not fewer than ${theirs.sum}`);
  return more;
}

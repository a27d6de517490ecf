/** The measures, in the order of the table. */
export const measures = ['dialogs', 'clicks', 'windows'] as const;
export type Measure = (typeof measures)[number];

export interface Step {
  /** Description of the step. */
  readonly words: string;
  /** The user's costs. */
  readonly costs: readonly Measure[];
}

/** A user's steps between a prompt and its result, in order. */
export class Effort {
  readonly steps: Step[] = [];
  /** Number of times the prompt was typed. */
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

  /** Sum of dialogs, clicks and windows. */
  get sum(): number {
    return measures.reduce((total, measure) => total + this.count(measure), 0);
  }

  /** Returns one line for each step, with a column for each measure. */
  lines(): string[] {
    return this.steps.map(({ words, costs }, index) => {
      const cells = measures.map((measure) => String(costs.filter((cost) => cost === measure).length || '·'));
      return `${String(index + 1).padStart(3)}  ${words.padEnd(width)}${cells.map((cell) => cell.padStart(9)).join('')}`;
    });
  }
}

/** Width of a step's description in the table, in characters. */
export const width = 96;

/**
 * Returns each measure in which `ours` exceeds `theirs`, one sentence each. Empty if no measure is higher
 * and the sum is lower.
 */
export function shortcomings(ours: Effort, theirs: Effort): string[] {
  const more = measures
    .filter((measure) => ours.count(measure) > theirs.count(measure))
    .map((measure) => `needs ${ours.count(measure)} ${measure}, not ${theirs.count(measure)}`);
  if (ours.prompts > theirs.prompts) more.push(`needs ${ours.prompts} prompts, not ${theirs.prompts}`);
  if (ours.sum >= theirs.sum) more.push(`needs ${ours.sum} in sum, which is not fewer than ${theirs.sum}`);
  return more;
}

import type { CallEnd } from './agentProgram.js';

/**
 * Delay between two calls of one caller, in milliseconds: an agent may send 3,000 requests per minute, and
 * some send twenty per call.
 */
const pause = 500;

/** One of several concurrent callers. */
export interface Caller {
  readonly name: string;
  /** @returns the result of the call */
  readonly call: () => Promise<string>;
}

export interface Tally {
  readonly name: string;
  right: number;
  /** Wrong results, with their time in milliseconds since the epoch. */
  readonly wrong: { readonly at: number; readonly text: string }[];
  /** Durations in milliseconds. */
  readonly took: number[];
  /** End times of the correct calls, in milliseconds since the epoch. */
  readonly rightAt: number[];
}

/**
 * Calls repeatedly while `isOn`. A result is correct if it names the branch that every repository has.
 *
 * @param afterWrong delay after a wrong result, in milliseconds
 */
export async function callWhile(
  { name, call }: Caller,
  isOn: () => boolean,
  afterWrong = pause,
): Promise<Tally> {
  const tally: Tally = { name, right: 0, wrong: [], took: [], rightAt: [] };
  while (isOn()) {
    const began = performance.now();
    const text = await call().catch((error: unknown) => String(error));
    tally.took.push(performance.now() - began);
    const isRight = /\bmain\b/.test(text);
    if (isRight) {
      tally.right++;
      tally.rightAt.push(Date.now());
    } else tally.wrong.push({ at: Date.now(), text });
    await new Promise((resolve) => setTimeout(resolve, isRight ? pause : afterWrong));
  }
  return tally;
}

export function toldTo(end: CallEnd): string {
  return end.kind === 'told' ? end.text : `no result: ${end.why}`;
}

export function lineOf({ name, right, wrong, took }: Tally): string {
  const sorted = took.toSorted((a, b) => a - b);
  const at = (part: number) => Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? 0);
  const said = `${name}: ${right}/${took.length} right; ${at(0.5)} ms in the middle, ${at(1)} ms at most`;
  if (wrong.length === 0) return said;
  return `${said}; otherwise: ${[...new Set(wrong.map(({ text }) => text))].slice(0, 3).join(' | ')}`;
}

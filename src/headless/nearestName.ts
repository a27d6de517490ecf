/**
 * Which of the names was most likely meant by what somebody typed.
 *
 * @returns undefined where none is near enough to be more than a guess
 */
export function nearestName<Name extends string>(typed: string, names: readonly Name[]): Name | undefined {
  const bound = typed.length <= 4 ? 1 : 2;
  const [nearest] = names
    .map((name) => ({ name, distance: distance(typed, name) }))
    .filter((one) => one.distance <= bound)
    .sort((a, b) => a.distance - b.distance);
  if (nearest !== undefined) return nearest.name;
  const begun = names.filter((name) => typed.length >= 2 && name.startsWith(typed));
  return begun.length === 1 ? begun[0] : undefined;
}

/** How many letters were left out, put in, mistaken or swapped with their neighbour (optimal string alignment). */
function distance(from: string, to: string): number {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_one, at) => at);
  for (let at = 1; at <= from.length; at++) {
    const next = [at];
    for (let there = 1; there <= to.length; there++) {
      const isSame = from[at - 1] === to[there - 1];
      const isSwapped = from[at - 1] === to[there - 2] && from[at - 2] === to[there - 1];
      next.push(
        Math.min(
          (last[there] ?? 0) + 1,
          (next[there - 1] ?? 0) + 1,
          (last[there - 1] ?? 0) + (isSame ? 0 : 1),
          isSwapped ? (before[there - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    before = last;
    last = next;
  }
  return last[to.length] ?? 0;
}

import * as vscode from 'vscode';

const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** How far a moment is from now, in words of the person's language: “in 2 hours”, “5 minutes ago”. */
export function relativeTime(at: number, now: number): string {
  const distance = at - now;
  for (const [unit, length] of units) {
    if (Math.abs(distance) < length) continue;
    const format = new Intl.RelativeTimeFormat(vscode.env.language, { numeric: 'auto' });
    return format.format(Math.trunc(distance / length), unit);
  }
  return distance > 0 ? vscode.l10n.t('in less than a minute') : vscode.l10n.t('just now');
}

/** A moment as it is written where the person is. */
export function absoluteTime(at: number): string {
  return new Date(at).toLocaleString(vscode.env.language);
}

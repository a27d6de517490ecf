import * as vscode from 'vscode';

const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/**
 * Formats a moment relative to now in the user's language: “in 2 hours”, “5 minutes ago”.
 *
 * @param at milliseconds since the epoch
 * @param now milliseconds since the epoch
 * @param style `narrow` where there is little room: “5m ago”
 */
export function relativeTime(at: number, now: number, style: 'long' | 'narrow' = 'long'): string {
  const distance = at - now;
  const format = new Intl.RelativeTimeFormat(vscode.env.language, { numeric: 'auto', style });
  for (const [unit, length] of units) {
    if (Math.abs(distance) >= length) return format.format(Math.trunc(distance / length), unit);
  }
  if (style === 'narrow') return format.format(0, 'second');
  return distance > 0 ? vscode.l10n.t('in less than a minute') : vscode.l10n.t('just now');
}

/** Formats a future moment briefly: the time if it is today, otherwise the date. */
export function briefMoment(at: number, now: number): string {
  const moment = new Date(at);
  return moment.toDateString() === new Date(now).toDateString()
    ? moment.toLocaleTimeString(vscode.env.language, { timeStyle: 'short' })
    : moment.toLocaleDateString(vscode.env.language, { month: 'short', day: 'numeric' });
}

/** Formats a moment according to the user's language. */
export function absoluteTime(at: number): string {
  return new Date(at).toLocaleString(vscode.env.language);
}

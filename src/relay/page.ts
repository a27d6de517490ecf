import type { ServerResponse } from 'node:http';

/**
 * Nothing on these pages is to be stored, framed, or told to the next address. A proxy that compressed them, as a web
 * editor's does, would hold back the beginning of a page whose end is to come (RFC 9111 §5.2.2.6).
 */
const pageHeaders = {
  'Cache-Control': 'no-store, no-transform',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
} as const;

/** A short page for the person's browser, light or dark as they have it. */
export function sendPage(response: ServerResponse, status: number, title: string, detail: string): void {
  beginPage(response, status, title, detail);
  response.end();
}

/** The same, as long as nothing is known yet: {@link endPage} has the last word. */
export function beginPage(response: ServerResponse, status: number, title: string, detail: string): void {
  response.writeHead(status, { ...pageHeaders, 'Content-Type': 'text/html; charset=utf-8' });
  response.write(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 34rem; margin: 20vh auto 0; padding: 0 1.5rem }
h1 { font-size: 1.3rem }
p { overflow-wrap: anywhere }
</style>
${mainOf(title, detail)}
`);
}

/** Sends a page that was begun on, or replaces what it says. */
export function endPage(response: ServerResponse, next: URL | { title: string; detail: string }): void {
  response.end(
    next instanceof URL
      ? `<meta http-equiv="refresh" content="0; url=${escapeHtml(next.href)}">\n`
      : `<style>main { display: none } main:last-of-type { display: block }</style>\n${mainOf(next.title, next.detail)}\n`,
  );
}

function mainOf(title: string, detail: string): string {
  return `<main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(detail)}</p></main>`;
}

/** Sends the browser on, leaving no trace of where it came from. */
export function sendRedirect(response: ServerResponse, to: URL): void {
  response.writeHead(302, { ...pageHeaders, Location: to.href });
  response.end();
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

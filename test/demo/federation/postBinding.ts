import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { escapeHtml } from '../interactionPages.js';

const script = 'document.forms[0].submit()';
const scriptHash = createHash('sha256').update(script).digest('base64');

/**
 * Returns a page whose form the browser submits at once (SAML Bindings §3.5.4), or by a button without
 * scripts.
 */
export function sendPostBinding(
  response: ServerResponse,
  action: string,
  fields: Readonly<Record<string, string>>,
): void {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; script-src 'sha256-${scriptHash}'; frame-ancestors 'none'`,
    'referrer-policy': 'no-referrer',
  });
  response.end(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Going back</title></head>
<body><form method="post" action="${escapeHtml(action)}">${inputs.join('')}
<noscript><button type="submit">Continue</button></noscript></form>
<script>${script}</script></body></html>`);
}

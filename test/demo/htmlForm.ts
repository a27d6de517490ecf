/** A form as a browser would send it, unless a field is changed first. */
export interface HtmlForm {
  readonly method: 'get' | 'post';
  readonly action: URL;
  /** Names and values of the fields to send, with checked boxes only. */
  readonly fields: URLSearchParams;
  readonly buttons: readonly { readonly name: string; readonly value: string; readonly label: string }[];
}

/** Reads the forms of a page. It handles the HTML of an authorization server's pages, not all HTML. */
export function readForms(html: string, pageUrl: URL): HtmlForm[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, tag = '', inner = '']) => {
    const form = attributesOf(tag);
    const fields = new URLSearchParams();
    for (const [, input = ''] of inner.matchAll(/<input\b([^>]*)>/gi)) {
      const { name, value = '', type = 'text', checked } = attributesOf(input);
      if (name === undefined || type === 'submit') continue;
      if (type !== 'checkbox' || checked !== undefined) fields.append(name, value);
    }
    const buttons = [...inner.matchAll(/<button\b([^>]*)>([\s\S]*?)<\/button>/gi)].map(
      ([, button = '', label = '']) => {
        const { name = '', value = '' } = attributesOf(button);
        return { name, value, label: textOf(label) };
      },
    );
    return {
      method: form['method']?.toLowerCase() === 'post' ? 'post' : 'get',
      action: new URL(form['action'] ?? '', pageUrl),
      fields,
      buttons,
    };
  });
}

/** Returns the visible text: no tags, no styles, single spaces. */
export function textOf(html: string): string {
  const visible = html.replace(/<(style|script|title)\b[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ');
  return unescapeHtml(visible).replace(/\s+/g, ' ').trim();
}

export function titleOf(html: string): string {
  return unescapeHtml(/<title>([\s\S]*?)<\/title>/i.exec(html)?.[1] ?? '');
}

function attributesOf(tag: string): Partial<Record<string, string>> {
  const attributes: Record<string, string> = {};
  for (const [, name = '', quoted, single, bare] of tag.matchAll(
    /([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g,
  )) {
    attributes[name.toLowerCase()] = unescapeHtml(quoted ?? single ?? bare ?? '');
  }
  return attributes;
}

function unescapeHtml(text: string): string {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => named[name] ?? '');
}

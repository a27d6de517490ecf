/** Escapes text for use in an HTML element or a quoted attribute. */
export function escapedHtml(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

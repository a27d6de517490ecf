/** Text as it stands in HTML, in an element or in a quoted attribute. */
export function escapedHtml(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

import type { FromGuide, GuideRow, GuideValue, ToGuide } from './clientGuideProtocol.js';

/** The API that the editor provides to the script of a page. */
declare function acquireVsCodeApi(): {
  postMessage(message: FromGuide): void;
  getState(): { readonly clientId?: string } | undefined;
  setState(state: { readonly clientId: string }): void;
};

const editor = acquireVsCodeApi();
const form = part('form') as HTMLFormElement;
const clientId = part('clientId') as HTMLInputElement;
const secret = part('secret') as HTMLInputElement;
const status = part('status');
const buttons = [part('save'), part('test')] as HTMLButtonElement[];
/** Whether the user has typed an ID, which the configured one must not replace. */
let isTyped = false;

addEventListener('message', ({ data }: MessageEvent<ToGuide>) => {
  if (data.kind === 'facts') {
    part('introduction').textContent = data.introduction;
    part('rows').replaceChildren(...data.rows.map(rowOf));
    part('register').hidden = data.rows.length === 0;
    form.hidden = !data.needsClient;
    secret.required = data.needsSecret;
    part('secretNote').textContent = data.secretNote;
    if (!isTyped) clientId.value = data.clientId;
    return;
  }
  status.textContent = data.text;
  status.className = data.tone;
  for (const button of buttons) button.disabled = data.isBusy;
  if (data.isSaved) {
    secret.value = '';
    secret.required = false;
  }
});
clientId.addEventListener('input', () => {
  isTyped = true;
  // The page loses its content while another tab is shown. The secret is not stored.
  editor.setState({ clientId: clientId.value });
});
form.addEventListener('submit', (event) => {
  event.preventDefault();
  const kind = event.submitter?.id === 'test' ? 'test' : 'save';
  editor.postMessage({ kind, clientId: clientId.value, secret: secret.value });
});
const typed = editor.getState()?.clientId;
if (typed !== undefined) {
  isTyped = true;
  clientId.value = typed;
}
editor.postMessage({ kind: 'ready' });

function rowOf({ label, values }: GuideRow, row: number): HTMLElement {
  const group = element('div', 'row');
  const term = element('dt', '', label);
  group.append(term, ...values.map((value, at) => valueOf(value, row, at)));
  return group;
}

function valueOf({ value, note, copyLabel }: GuideValue, row: number, at: number): HTMLElement {
  const all = element('dd', 'value');
  const copy = element('button', 'copy', part('rows').dataset['copy'] ?? '') as HTMLButtonElement;
  copy.type = 'button';
  copy.setAttribute('aria-label', copyLabel);
  copy.addEventListener('click', () => editor.postMessage({ kind: 'copy', row, at }));
  all.append(element('code', '', value), copy);
  if (note !== undefined) all.append(element('span', 'note', note));
  return all;
}

/** @param text shown as plain text, because it may come from a server */
function element(name: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.textContent = text;
  return made;
}

function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no ${id}.`);
  return found;
}

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { AddLink } from '../../src/broker/links/addLink.js';
import { copyInstallBadge } from '../../src/editor/links/copyInstallBadge.js';
import { linkHandlers } from '../../src/editor/links/linkHandlers.js';
import { LinkRouter } from '../../src/editor/links/linkRouter.js';
import { MemoryLog } from '../broker/memoryStores.js';
import { ManualClock } from '../broker/manualClock.js';
import {
  activeExtension,
  callbackUriOf,
  configure,
  extensionId,
  type ActiveExtension,
} from './activeExtension.js';
import { DialogueAnswers } from './dialogueAnswers.js';

const settled = () => new Promise(setImmediate);
/** As the operating system delivers it: whole, and decoded once by the editor's parser. */
const opened = (link: string) => vscode.Uri.parse(`${vscode.env.uriScheme}://${extensionId}${link}`);
const servers = { 'my notes': { url: 'https://notes.example/mcp' } };

describe('a link that opens the extension', () => {
  let extension: ActiveExtension;
  before(async () => {
    extension = await activeExtension();
    await configure(extension, servers);
  });
  after(() => configure(extension, undefined));

  /** @param answers the user's answers, in order; without any, questions stay open */
  function scene(...answers: (string | undefined)[]) {
    const dialogue = new DialogueAnswers(...answers);
    const open = Promise.withResolvers<undefined>();
    const questions: string[] = [];
    const asking = (message: string, options?: string | vscode.MessageOptions) => {
      questions.push(message, typeof options === 'object' ? (options.detail ?? '') : '');
      return open.promise;
    };
    const window = answers.length === 0 ? { showWarningMessage: asking } : dialogue.window;
    const proposed: AddLink[] = [];
    const done: string[] = [];
    const clock = new ManualClock();
    const handlers = linkHandlers({
      ...{ settings: extension.settings, clock },
      window,
      addServer: { propose: (link) => Promise.resolve(void proposed.push(link)) },
      showServer: (name) => Promise.resolve(void done.push(`show ${name}`)),
      toolCallsView: { show: (filter) => void done.push(`calls ${filter ?? ''}`) },
      runCommand: (...command) => Promise.resolve(void done.push(command.join(' '))),
    });
    const callbacks: string[] = [];
    const log = new MemoryLog();
    const router = new LinkRouter({ handleUri: ({ path }) => void callbacks.push(path) }, handlers, log);
    const follow = async (link: string) => {
      router.handleUri(opened(link));
      await settled();
    };
    const close = () => open.resolve(undefined);
    return { shown: dialogue.shown, questions, proposed, done, clock, callbacks, router, log, follow, close };
  }

  it('shows its complete content before anything else happens, and then applies exactly that', async () => {
    const { shown, proposed, follow } = scene('Continue');
    await follow('/add?url=https%3A%2F%2Fmcp.example.com%2Fmcp%3Fteam%3Da&name=My%20server&type=sse');
    assert.deepEqual(proposed, [
      { url: 'https://mcp.example.com/mcp?team=a', name: 'My server', type: 'sse' },
    ]);
    const [question = ''] = shown;
    for (const said of [
      'A link asks to add an MCP server at mcp.example.com.',
      'Address: https://mcp.example.com/mcp?team=a\n',
      'Host: mcp.example.com\n',
      'Name: “My server”',
      'HTTP+SSE',
      'Nothing has been saved or requested yet.',
    ]) {
      assert.ok(question.includes(said), `${said} is not in:\n${question}`);
    }
  });

  it('does nothing if the user closes the question', async () => {
    const { proposed, done, follow } = scene(undefined);
    await follow('/add?url=https://mcp.example.com/mcp');
    assert.deepEqual([proposed, done], [[], []]);
  });

  it('warns of lookalike letters, of the user’s own network, and of a name that is in use', async () => {
    const { shown, follow } = scene(undefined, undefined, undefined);
    await follow('/add?url=https://аpple.com/mcp&name=MY%20notes');
    await follow('/add?url=https://192.168.0.7/mcp');
    assert.match(shown[0] ?? '', /Host: xn--pple-43d\.com\n/);
    assert.match(shown[0] ?? '', /letters of other alphabets/);
    assert.match(shown[0] ?? '', /name: Another server is already named “my notes”/);
    assert.match(shown[1] ?? '', /in your private network/);
  });

  it('names the invalid field, and asks nothing', async () => {
    const { shown, proposed, follow } = scene(undefined, undefined, undefined);
    await follow('/add?url=http://mcp.example.com/mcp');
    await follow('/add?url=https://a.example/&token=1');
    await follow('/open?view=settings');
    assert.match(shown[0] ?? '', /url: The address must start with https/);
    assert.match(shown[1] ?? '', /token: /);
    assert.match(shown[2] ?? '', /opened\. view must be one of /);
    assert.deepEqual(proposed, []);
  });

  it('offers to show a server whose address is already configured', async () => {
    const { shown, proposed, done, follow } = scene('Show Server');
    await follow('/add?url=https://notes.example/mcp');
    assert.match(shown[0] ?? '', /a server that you already have, as “my notes”/);
    assert.deepEqual([proposed, done], [[], ['show my notes']]);
  });

  it('is dropped while another one is open: a burst shows one question and replaces nothing', async () => {
    const { questions, close, follow, log } = scene();
    await follow('/add?url=https://first.example/mcp');
    for (let more = 0; more < 20; more++) await follow(`/add?url=https://m${more}.example/mcp`);
    await follow('/open?view=diagnosis&server=my%20notes');
    await follow('/add?url=nope');
    assert.equal(questions.length, 2);
    assert.match(questions[1] ?? '', /first\.example/);
    assert.equal(log.lines.filter((line) => line.includes('was ignored')).length, 22);
    assert.ok(!log.lines.some((line) => line.includes('example')), 'no link is written to the log');
    close();
    await settled();
    await follow('/add?url=https://second.example/mcp');
    assert.match(questions[3] ?? '', /second\.example/);
  });

  it('is handled again some seconds after a notification that the user leaves open', async () => {
    const { questions, clock, follow } = scene();
    await follow('/add?url=nope');
    await follow('/add?url=nope2');
    assert.equal(questions.length, 2);
    clock.advance(3_000);
    await settled();
    await follow('/add?url=nope2');
    assert.equal(questions.length, 4);
  });

  it('opens views, and diagnoses only after a click', async () => {
    const { done, shown, follow } = scene('Diagnose', undefined, undefined);
    await follow('/open?view=calls&filter=outcome:refused&server=my%20notes');
    await follow('/open?view=servers');
    await follow('/open?view=log');
    assert.deepEqual(done.splice(0), [
      'calls outcome:refused server:"my notes"',
      'mcpOAuthBroker.servers.focus',
      'mcpOAuthBroker.showLog',
    ]);
    await follow('/open?view=diagnosis&server=my%20notes');
    assert.match(shown[0] ?? '', /diagnose the server “my notes”.*notes\.example/);
    assert.deepEqual(done.splice(0), ['mcpOAuthBroker.diagnoseServer my notes']);
    await follow('/open?view=diagnosis&server=my%20notes');
    await follow('/open?view=diagnosis&server=other');
    assert.match(shown[2] ?? '', /server: You have no server named “other”/);
    assert.deepEqual(done, []);
  });

  it('leaves callbacks and unknown paths to the callback handler, also while a question is open', async () => {
    const { callbacks, router, follow } = scene();
    await follow('/add?url=https://first.example/mcp');
    router.handleUri(callbackUriOf('code=a&state=b'));
    await follow('/other');
    assert.deepEqual(callbacks, ['/callback', '/other']);
  });

  it('shows the tool calls in the real editor', async () => {
    extension.links.handleUri(opened('/open?view=calls&filter=outcome:refused'));
    const isOpen = () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .find(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('mcpOAuthBroker.toolCalls')); // prettier-ignore
    while (isOpen() === undefined) await new Promise((changed) => vscode.window.tabGroups.onDidChangeTabs(changed)); // prettier-ignore
    const tab = isOpen();
    if (tab !== undefined) await vscode.window.tabGroups.close(tab);
  });
});

describe('Copy Install Badge', () => {
  let extension: ActiveExtension;
  before(async () => {
    extension = await activeExtension();
    await configure(extension, { ...servers, local: { url: 'http://127.0.0.1:9/mcp' } });
  });
  after(() => configure(extension, undefined));

  async function copy(row: unknown, ...answers: (string | undefined)[]) {
    const dialogue = new DialogueAnswers(...answers);
    const copied: string[] = [];
    await copyInstallBadge(row, {
      ...{ settings: extension.settings, extensionId, window: dialogue.window },
      copy: (text) => Promise.resolve(void copied.push(text)),
    });
    return { copied, shown: dialogue.shown.join('\n') };
  }

  it('copies the badge of a row’s server, and of a chosen one', async () => {
    const [ofRow] = (await copy({ server: { name: 'my notes' } }, 'Markdown')).copied;
    assert.match(ofRow ?? '', /^\[!\[Add to VS Code\]/);
    assert.ok(ofRow?.includes(encodeURIComponent(encodeURIComponent('https://notes.example/mcp'))));
    assert.deepEqual((await copy(undefined, 'my notes', 'Markdown')).copied, [ofRow]);
    assert.match((await copy('my notes', 'HTML')).copied[0] ?? '', /^<a href=/);
    assert.deepEqual((await copy(undefined, undefined)).copied, []);
  });

  it('accepts an address that is not configured, and rejects one that no link can carry', async () => {
    const { copied } = await copy(undefined, 'Another address', 'https://public.example/mcp', 'Public', 'Link only'); // prettier-ignore
    assert.match(copied[0] ?? '', /^https:\/\/vscode\.dev\/redirect\?url=vscode%3A%2F%2F.*name%3DPublic$/);
    const local = await copy('local');
    assert.deepEqual(local.copied, []);
    assert.match(local.shown, /url: The address must start with https/);
    assert.match(
      (await copy(undefined, 'Another address', 'http://a.example')).shown,
      /must start with https/,
    );
  });
});

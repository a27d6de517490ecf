import assert from 'node:assert/strict';
import { Client as ModernClient, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { LaunchPage } from '../../src/broker/ports.js';
import type { CardBrowser } from '../../src/broker/signIn/consentPrompt.js';
import type { SignInAttempt } from '../../src/broker/signIn/signInAttempt.js';
import { startStatelessServer } from '../demo/statelessServer.js';
import { startWorld } from '../demo/world.js';
import { RawCaller } from './rawCaller.js';
import { callTool, RelayWorld } from './relayWorld.js';

/** An editor whose user's browser is on another machine. */
class RemoteEditor implements CardBrowser {
  readonly opened: CardBrowser['opened'] = (attempt, page) => {
    this.pages.push({ attempt, page });
    this.#first.resolve();
  };
  readonly #first = Promise.withResolvers<void>();
  readonly hasOpened = this.#first.promise;
  readonly pages: { readonly attempt: SignInAttempt; readonly page: LaunchPage }[] = [];
  resolve = (address: string): Promise<string> =>
    Promise.resolve(address.replace(/^http:\/\/127\.0\.0\.1:\d+/, 'https://forwarded.example'));

  outsideAddress(address: string): Promise<string> {
    return this.resolve(address);
  }
}

describe('a card in an editor whose user is elsewhere', () => {
  let editor: RemoteEditor;
  let relay: RelayWorld;
  beforeEach(async () => {
    editor = new RemoteEditor();
    const world = await startWorld();
    const notes = await startStatelessServer(world.authorizationServer);
    relay = new RelayWorld(world, { servers: { notes: notes.url }, cardBrowser: editor });
    relay.own(notes);
  });
  afterEach(() => relay.close());

  /** What the user's browser loads there is the page here. */
  const consentAt = async (url: string) => {
    const page = editor.pages.at(-1)?.page.address ?? '';
    assert.equal(new URL(page).pathname, new URL(url).pathname);
    await relay.consent(page);
  };
  /** The button opens the address and says at once that it was pressed; the browser comes after. */
  const onCard = ({ url }: { url: string }) => {
    void editor.hasOpened.then(() => consentAt(url));
    return Promise.resolve('accept' as const);
  };

  it('has the address that the editor forwards, and the editor hears which page was opened', async () => {
    relay.onCard = onCard;
    const client = await relay.connect('repositories');
    await client.listTools();
    assert.equal((await callTool(client, 'sign_in')).isError, false);
    assert.match(relay.cards[0]?.url ?? '', /^https:\/\/forwarded\.example\/sign-in\/[\w-]{43}$/);
    assert.equal(editor.pages.length, 1);
    assert.equal((await editor.pages[0]?.attempt.outcome)?.kind, 'signedIn');
  });

  it('has it as well in the result that asks (2026-07-28)', async () => {
    await relay.signIn('notes');
    const urls: string[] = [];
    const client = new ModernClient(
      { name: 'modern', version: '1' },
      { versionNegotiation: { mode: 'auto' }, capabilities: { elicitation: { url: {} } } },
    );
    client.setRequestHandler('elicitation/create', ({ params }) => {
      const url = params.mode === 'url' ? params.url : '';
      urls.push(url);
      return onCard({ url }).then((action) => ({ action }));
    });
    const { url, key } = await relay.broker.relay.endpointFor(relay.server('notes'));
    const headers = { Authorization: `Bearer ${key.expose()}` };
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
    relay.own(client);
    const { content } = await client.callTool({ name: 'write_note', arguments: { text: 'a' } });
    assert.deepEqual(content, [{ type: 'text', text: 'wrote a' }]);
    assert.match(urls.join(), /^https:\/\/forwarded\.example\/sign-in\/[\w-]{43}$/);
    assert.equal(editor.pages.length, 1);
  });

  it('that is declined opens nothing', async () => {
    relay.onCard = () => Promise.resolve('decline');
    const client = await relay.connect('repositories');
    await client.listTools();
    assert.match((await callTool(client, 'sign_in')).text, /declined/);
    assert.deepEqual(editor.pages, []);
  });

  it('is not shown for a sign-in that ends while the editor forwards the port', async () => {
    const asked = Promise.withResolvers<void>();
    const forwarded = Promise.withResolvers<string>();
    editor.resolve = () => {
      asked.resolve();
      return forwarded.promise;
    };
    const client = await relay.connect('repositories');
    await client.listTools();
    const called = callTool(client, 'sign_in');
    await asked.promise;
    relay.broker.signIns.running(relay.server('repositories'))?.cancel();
    forwarded.resolve('https://forwarded.example/');
    assert.match((await called).text, /was cancelled/);
    assert.deepEqual(relay.cards, []);
  });

  it('has the loopback address for another program of this machine, which the editor hears nothing of', async () => {
    const { url } = await relay.broker.relay.endpointFor(relay.server('repositories'));
    const other = new RawCaller(url, relay.broker.relay.keyFor(relay.server('repositories')).expose());
    relay.own({
      close: () => {
        other.close();
        return Promise.resolve();
      },
    });
    await other.initialize();
    await (await other.call('tools/list')).whole();
    const answer = await other.callTool('sign_in');
    await answer.until(/elicitation\/create.*\n\n/);
    const { id, params } = answer.messages.find(({ method }) => method === 'elicitation/create') ?? {};
    assert.match(params?.url ?? '', /^http:\/\/127\.0\.0\.1:\d+\/sign-in\/[\w-]{43}$/);
    await relay.consent(params?.url ?? '');
    const reply = { jsonrpc: '2.0', id, result: { action: 'accept' } };
    await other.send({ method: 'POST', body: JSON.stringify(reply) });
    await answer.whole();
    assert.match(answer.text, /list_branches/);
    assert.deepEqual(editor.pages, []);
  });
});

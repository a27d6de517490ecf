import assert from 'node:assert/strict';
import { addLinkOf, parseAddLink } from '../../src/broker/links/addLink.js';
import { installBadge } from '../../src/broker/links/installBadge.js';
import { OneAtATime } from '../../src/broker/links/oneAtATime.js';
import { parseOpenLink } from '../../src/broker/links/openLink.js';
import { callFilter } from '../../src/broker/calls/callFilter.js';
import { recordedCall } from './recordedCall.js';

const extensionId = 'publisher.name';
const encoded = encodeURIComponent;

describe('a link that proposes a server', () => {
  it('is read the same whether or not it was decoded on the way', () => {
    const server = {
      url: 'https://mcp.example.com/a%20b/mcp?tenant=%2Fx',
      name: 'My server: 100 %',
      type: 'sse',
    } as const;
    const link = addLinkOf(server, { scheme: 'vscode-insiders', extensionId });
    const query = new URL(link).search.slice(1);
    assert.ok(link.startsWith('vscode-insiders://publisher.name/add?url=https%3A%2F%2F'));
    assert.deepEqual(parseAddLink(query), { link: server });
    assert.deepEqual(parseAddLink(decodeURIComponent(query)), { link: server });
  });

  it('shows a host in a form that distinguishes it from a lookalike', () => {
    const read = parseAddLink(`url=${encoded('https://аpple.com/mcp')}`);
    assert.ok('link' in read);
    assert.equal(read.link.url, 'https://xn--pple-43d.com/mcp');
  });

  it('may name the window that VS Code opens it in', () => {
    const read = parseAddLink('url=https://a.example/&windowId=3');
    assert.deepEqual(read, { link: { url: 'https://a.example/' } });
  });

  const url = 'url=https%3A%2F%2Fa.example';
  const refused: readonly (readonly [what: string, query: string, field: string, says: RegExp])[] = [
    ['no address', 'name=a', 'url', /has no address/],
    ['a malformed address', 'url=nope', 'url', /not a URL/],
    ['another scheme', 'url=command%3Afoo', 'url', /command: addresses are not supported/],
    ['http', 'url=http%3A%2F%2Fa.example', 'url', /must start with https/],
    ['http on this machine', 'url=http%3A%2F%2F127.0.0.1%3A80', 'url', /must start with https/],
    ['a password', `url=${encoded('https://a:b@a.example/')}`, 'url', /user name or password/],
    ['a credential in its query', `url=${encoded('https://a.example/?api_key=1')}`, 'url', /“api_key”, which is for a credential/], // prettier-ignore
    ['another user’s session in its query', `url=${encoded('https://a.example/?session=1')}`, 'url', /“session”, which is for a credential/], // prettier-ignore
    ['a key in its query, under any name', `url=${encoded('https://a.example/?k=sk-0123456789')}`, 'url', /“k”, which is for a credential/], // prettier-ignore
    ['a long address', `url=https://a.example/${'a'.repeat(1_000)}`, 'url', /longer than 1000/],
    ['a long name', `${url}&name=${'a'.repeat(61)}`, 'name', /longer than 60/],
    ['a line break', `${url}&name=a%0Ab`, 'name', /invisible characters/],
    ['an invisible character', `${url}&name=a%E2%80%8Bb`, 'name', /invisible characters/],
    ['a bidirectional override', `${url}&name=a%E2%80%AEb`, 'name', /invisible characters/],
    ['a filler', `${url}&name=${encoded('\u3164')}`, 'name', /invisible characters/],
    ['an empty name', `${url}&name=%20`, 'name', /needs a name/],
    ['another transport', `${url}&type=stdio`, 'type', /“http” or “sse”/],
    ['an unknown parameter', `${url}&headers=x`, 'headers', /not one of url, name, type/],
    ['a parameter of another case', 'URL=https://a.example', 'URL', /not one of/],
    ['a repeated parameter', `${url}&${url}`, 'url', /more than once/],
    ['text over the limit', `${url}&name=${'a'.repeat(2_100)}`, '', /longer than 2048/],
  ];
  for (const [what, query, field, says] of refused) {
    it(`is refused with the field's name for ${what}`, () => {
      const read = parseAddLink(query);
      assert.ok('problem' in read);
      assert.equal(read.problem.field, field);
      assert.match(read.problem.message, says);
    });
  }
});

describe('a link that opens a view', () => {
  it("opens the tool calls with the page's filter", () => {
    const read = parseOpenLink('view=calls&filter=outcome%3Arefused&server=my%20server');
    assert.deepEqual(read, { link: { view: 'calls', filter: 'outcome:refused server:"my server"' } });
    const isShown = callFilter('outcome:refused server:"my server"');
    assert.ok(isShown(recordedCall(1, { server: 'my server', outcome: 'refused' })));
    assert.ok(!isShown(recordedCall(1, { server: 'my server', outcome: 'succeeded' })));
    assert.ok(!isShown(recordedCall(1, { server: 'another', outcome: 'refused' })));
    assert.deepEqual(parseOpenLink('view=calls&server=a"b'), { link: { view: 'calls', filter: 'server:"ab"' } }); // prettier-ignore
    assert.deepEqual(parseOpenLink('view=calls'), { link: { view: 'calls', filter: '' } });
  });

  it('opens the servers, the log and the diagnosis of a server', () => {
    for (const view of ['servers', 'log'] as const) {
      assert.deepEqual(parseOpenLink(`view=${view}`), { link: { view } });
    }
    assert.deepEqual(parseOpenLink('view=diagnosis&server=a'), { link: { view: 'diagnosis', server: 'a' } });
  });

  it('is rejected for unknown views, parameters and texts', () => {
    const fieldOf = (query: string) => {
      const read = parseOpenLink(query);
      return 'problem' in read ? read.problem.field : undefined;
    };
    assert.equal(fieldOf(''), 'view');
    assert.equal(fieldOf('view=settings'), 'view');
    assert.equal(fieldOf('view=calls&view=log'), 'view');
    assert.equal(fieldOf('view=log&server=a'), 'server');
    assert.equal(fieldOf('view=diagnosis'), 'server');
    assert.equal(fieldOf('view=diagnosis&server=a&filter=b'), 'filter');
    assert.equal(fieldOf('view=calls&filter=a%0Ab'), 'filter');
    assert.equal(fieldOf(`view=calls&filter=${'a'.repeat(201)}`), 'filter');
    assert.equal(fieldOf('view=calls&command=x'), 'command');
  });
});

describe('an install badge', () => {
  const server = { url: 'https://mcp.example.com/mcp?a=(b)', name: "Ann's server" };

  it('opens the link to the server, from Markdown and from HTML', () => {
    const made = installBadge(server, extensionId);
    assert.ok('badge' in made);
    const { markdown, markdownForBoth, html, link } = made.badge;
    const target = new URL(link).searchParams.get('url') ?? '';
    assert.equal(new URL(link).origin + new URL(link).pathname, 'https://vscode.dev/redirect');
    assert.ok(target.startsWith('vscode://publisher.name/add?'));
    assert.deepEqual(parseAddLink(new URL(target).search.slice(1)), { link: server });
    assert.match(markdown, /^\[!\[Add to VS Code\]\(https:\/\/img\.shields\.io\/[^()\s]+\)\]\([^()\s]+\)$/);
    assert.ok(markdown.includes(link) && html.includes(`href="${link}"`));
    assert.doesNotMatch(link, /['"<>()*!]/);
    const insiders = /redirect\?url=(vscode-insiders[^)]*)\)/.exec(markdownForBoth)?.[1] ?? '';
    assert.deepEqual(parseAddLink(new URL(decodeURIComponent(insiders)).search.slice(1)), { link: server });
  });

  it('is not created for data that a link cannot carry', () => {
    const fieldOf = (link: { url: string; name?: string }) => {
      const made = installBadge(link, extensionId);
      return 'problem' in made ? made.problem.field : undefined;
    };
    assert.equal(fieldOf({ url: 'https://a.example/' }), undefined);
    assert.equal(fieldOf({ url: 'http://127.0.0.1:1/mcp' }), 'url');
    assert.ok(fieldOf({ url: 'https://a.example/?b=1&c=2' }));
    assert.ok(fieldOf({ url: 'https://a.example/', name: 'a&b' }));
    assert.equal(fieldOf({ url: 'https://a.example/', name: '100%25' }), 'name');
  });
});

describe('links that arrive in a burst', () => {
  it('are dropped while one is handled, also after a failed one', async () => {
    const turn = new OneAtATime();
    const first = Promise.withResolvers<void>();
    const followed: string[] = [];
    const follow = (name: string, work: Promise<void>) =>
      turn.run(() => {
        followed.push(name);
        return work;
      });
    const running = follow('first', first.promise);
    assert.equal(await follow('second', Promise.resolve()), false);
    first.reject(new Error('closed'));
    await assert.rejects(running, /closed/);
    assert.equal(await follow('third', Promise.resolve()), true);
    assert.deepEqual(followed, ['first', 'third']);
  });
});

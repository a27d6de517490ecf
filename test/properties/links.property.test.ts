import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addLinkOf, parseAddLink } from '../../src/broker/links/addLink.js';
import { parseRegistryPage } from '../../src/broker/registry/registryServer.js';
import { cases } from './cases.js';
import { holdsFor } from './holdsFor.js';
import { addresses, anyJson, anyText, longText, mostly, perhaps, textOf } from './inputs.js';

const parameter = fc.oneof(
  { arbitrary: fc.tuple(fc.constant('url'), fc.oneof(addresses, anyText)), weight: 5 },
  { arbitrary: fc.tuple(fc.constant('name'), fc.oneof(anyText, longText)), weight: 3 },
  fc.tuple(fc.constant('type'), fc.constantFrom('sse', 'http', 'stdio', '')),
  fc.tuple(anyText, anyText),
);
const encoded = (text: string) => encodeURIComponent(text.toWellFormed());
const queries = fc
  .tuple(
    fc.array(parameter, { maxLength: 4 }),
    fc.constantFrom(encoded, (text: string) => text),
  )
  .map(([parameters, written]) => parameters.map(([name, value]) => `${name}=${written(value)}`).join('&'));

describe('any link', () => {
  holdsFor(cases.linkOfAnything, 'proposes nothing but an https address and a name that can be seen', queries, (query) => {
    const read = parseAddLink(query);
    if ('problem' in read) {
      assert.ok(read.problem.message.length > 0 && read.problem.message.length < 1_000);
      return;
    }
    const { url, name = 'a' } = read.link;
    const { protocol, username, password, hash, href } = new URL(url);
    assert.deepEqual([protocol, username, password, hash, href], ['https:', '', '', '', url]);
    assert.match(name, /^[^\p{C}\p{Zl}\p{Zp}]{1,60}$/u);
    assert.ok(name.trim() === name && name !== '');
  }); // prettier-ignore

  const links = fc.record({
    path: textOf('abc/%+().-é', 0, 20),
    name: textOf("aZ1 _-.+()'é日", 1, 20).filter((name) => name.trim() === name && !/^\.{1,2}$/.test(name)),
  });
  holdsFor(cases.linkRoundTrip, 'that was made here is read as it was made', links, ({ path, name }) => {
    const { href: url } = new URL(`https://a.example/${path}`);
    const link = addLinkOf({ url, name }, { scheme: 'vscode', extensionId: 'publisher.name' });
    assert.deepEqual(parseAddLink(new URL(link).search.slice(1)), { link: { url, name } });
  });
});

describe('any page of a registry', () => {
  const remote = fc.record({
    type: mostly(fc.constantFrom('streamable-http', 'sse')),
    url: mostly(addresses),
    headers: perhaps(mostly(fc.constant([{ name: 'X-Key', isRequired: true }]))),
  });
  const server = fc.record({
    name: mostly(fc.constantFrom('a/b', 'a/c', 'a\u202eb')),
    title: perhaps(mostly(longText)),
    description: perhaps(mostly(longText)),
    remotes: mostly(fc.array(mostly(remote), { maxLength: 3 })),
  });
  const page = fc.record({
    servers: mostly(
      fc.array(mostly(fc.record({ server: mostly(server), _meta: anyJson })), { maxLength: 4 }),
    ),
    metadata: mostly(fc.record({ nextCursor: mostly(longText) })),
  });
  holdsFor(cases.registryPage, 'offers nothing but addresses that a server may have', page, (json) => {
    for (const { name, title = 'a', description = 'a', remote: found } of parseRegistryPage(json, 'https://r.example')?.servers ?? []) {
      for (const text of [name, title, description]) assert.match(text, /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,202}$/u);
      if (found.kind !== 'usable') continue;
      const { protocol, username, hostname } = new URL(found.url);
      assert.deepEqual([protocol, username], ['https:', '']);
      assert.doesNotMatch(hostname, /^localhost|^127\.|^10\.|^192\.168\.|^169\.254\.|^\[(::1|fd|::ffff)/);
    }
  }); // prettier-ignore
});

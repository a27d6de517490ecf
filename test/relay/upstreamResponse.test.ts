import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { RawAnswer, RawCaller, RpcMessage } from './rawCaller.js';
import { callTool, startRelayWorld, type RelayWorld } from './relayWorld.js';
import { scriptedUpstream, type ScriptedUpstream } from './scriptedUpstream.js';

const progressOf = (answer: RawAnswer) =>
  answer.messages
    .filter(({ method }) => method === 'notifications/progress')
    .map(({ params }) => params?.message);

for (const jsonResponses of [false, true]) {
  describe(`an upstream that answers with ${jsonResponses ? 'JSON' : 'an event stream'}`, () => {
    let stage: RelayWorld;
    let caller: RawCaller;
    beforeEach(async () => {
      stage = await startRelayWorld({ jsonResponses });
      await stage.signIn('repositories');
      caller = await stage.rawCaller('repositories');
      await caller.initialize();
    });
    afterEach(() => stage.close());

    it('has its result handed on, the identity line last before it', async () => {
      const answer = await caller.callTool('list_branches');
      await answer.whole();
      assert.equal(answer.headers['content-type'], 'text/event-stream');
      const { messages } = answer;
      assert.deepEqual(progressOf(answer), ['list_branches as alice@example.org']);
      assert.equal(messages.at(-2)?.method, 'notifications/progress');
      assert.match(JSON.stringify(messages.at(-1)?.result), /main/);
      assert.equal(messages.at(-1)?.id, 1);
    });

    it('is read by a real client as if it were asked directly', async () => {
      const client = await stage.connect('repositories');
      const { text, isError, progress } = await callTool(client, 'list_branches');
      assert.deepEqual([text, isError], ['main', false]);
      assert.deepEqual(progress, ['list_branches as alice@example.org']);
      const { prompts } = await client.listPrompts();
      assert.deepEqual(
        prompts.map(({ name }) => name),
        ['name_branch'],
      );
    });

    it('has no progress added if none is wanted', async () => {
      const answer = await caller.post({
        jsonrpc: '2.0',
        id: 'x',
        method: 'tools/call',
        params: { name: 'list_branches', arguments: {} },
      });
      const text = await answer.whole();
      assert.doesNotMatch(text, /notifications\/progress/);
      assert.match(text, /"id":"x"/);
    });

    it('has no progress added for a caller that takes JSON only', async () => {
      await stage.broker.credentials.remove(stage.server('repositories').url);
      stage.onCard = () => assert.fail('a caller without streams can be shown no card');
      const answer = await caller.callTool('list_branches', {}, { Accept: 'application/json' });
      assert.doesNotMatch(await answer.whole(), /notifications\/progress/);
      assert.deepEqual(stage.prompts, ['list_branches']);
    });

    it('that fails with 500 is reported as a text, and the tool ran at most once', async () => {
      const { http } = stage.world.repositories;
      http.faultOnly = 'tools/call';
      http.fault = 'serverError';
      const answer = await caller.callTool('create_branch', { name: 'once' });
      assert.equal(answer.status, 200);
      assert.match(await answer.whole(), /"isError":true/);
      assert.match(answer.text, /returned 500\. The request was not sent again/);
      assert.equal(http.requests.filter(({ rpcMethod }) => rpcMethod === 'tools/call').length, 1);
    });

    it('that refuses by policy is reported as a text; no sign-in, no registration, no token lost', async () => {
      const { http } = stage.world.repositories;
      const { authorizationServer } = stage.world;
      const before = authorizationServer.requests.length;
      http.faultOnly = 'tools/call';
      http.fault = 'forbidden';
      const answer = await caller.callTool('list_branches');
      assert.equal(answer.status, 200);
      assert.match(await answer.whole(), /denied access for alice@example\.org \(403\)/);
      assert.equal(await stage.status('repositories'), 'denied');
      assert.equal(authorizationServer.requests.length, before);
      assert.equal(stage.cards.length, 0);
      http.fault = 'none';
      assert.match(await (await caller.callTool('list_branches')).whole(), /main/);
    });
  });
}

describe('what an upstream’s 401 and 403 look like to a caller', () => {
  let stage: RelayWorld;
  before(async () => {
    stage = await startRelayWorld();
    stage.onCard = () => Promise.resolve('decline');
  });
  after(() => stage.close());

  const methods: [string, object][] = [
    ['ping', {}],
    ['logging/setLevel', { level: 'info' }],
    ['tools/list', {}],
    ['resources/list', {}],
    ['resources/templates/list', {}],
    ['prompts/list', {}],
    ['completion/complete', {}],
    ['tools/call', { name: 'list_branches', arguments: {} }],
    ['something/else', {}],
  ];
  for (const fault of ['none', 'forbidden'] as const) {
    for (const [method, params] of methods) {
      it(`${method}, ${fault === 'none' ? 'nobody signed in' : 'forbidden'}: 200 and an answer`, async () => {
        stage.world.repositories.http.fault = fault;
        const caller = await stage.rawCaller('repositories');
        await caller.initialize({});
        const prompted = caller.call(method, params);
        const answer = await prompted;
        await answer.whole();
        assert.equal(answer.status, 200);
        assert.equal(answer.headers['www-authenticate'], undefined);
        assert.match(answer.text, /"(result|error)":/);
        await stage.broker.credentials.remove(stage.server('repositories').url);
      });
    }

    it(`initialize and the GET stream, ${fault === 'none' ? 'nobody signed in' : 'forbidden'}: 200`, async () => {
      stage.world.repositories.http.fault = fault;
      const caller = await stage.rawCaller('repositories');
      const { result } = await caller.initialize();
      assert.ok(result);
      const stream = await caller.send({ method: 'GET' });
      assert.deepEqual([stream.status, stream.headers['www-authenticate']], [200, undefined]);
      const ended = await caller.send({ method: 'DELETE' });
      assert.deepEqual([ended.status, ended.headers['www-authenticate']], [200, undefined]);
    });
  }
});

describe('a response that streams', () => {
  let upstream: ScriptedUpstream;
  let stage: RelayWorld;
  let caller: RawCaller;
  beforeEach(async () => {
    upstream = await scriptedUpstream();
    stage = await startRelayWorld({ servers: { scripted: upstream.url } });
    stage.own(upstream);
    caller = await stage.rawCaller('scripted');
    await caller.initialize();
  });
  afterEach(() => stage.close());

  const json = { 'Content-Type': 'application/json' };
  const events = { 'Content-Type': 'text/event-stream' };
  const result = (id: unknown, text = 'done') =>
    JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text }] } });
  const progress = (id: unknown, at: number) =>
    `data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${JSON.stringify(id)},"progress":${at},"message":"step ${at}"}}\n\n`;

  it('is handed on while it comes, with event ids and comments left to each side', async () => {
    const go = Promise.withResolvers<void>();
    upstream.answer = ({ id }, response) => {
      response.writeHead(200, events);
      response.write(`: hello\n\nid: e1\n${progress(id, 1)}`);
      void go.promise.then(() => response.end(`event: message\ndata: ${result(id)}\n\n`));
    };
    const answer = await caller.callTool('slow');
    await answer.until(/id: e1\ndata: .*step 1/);
    assert.ok(answer.isOpen);
    assert.doesNotMatch(answer.text, /hello/);
    go.resolve();
    assert.match(await answer.whole(), /done/);
  });

  it('is read over chunks that split characters and lines', async () => {
    upstream.answer = ({ id }, response) => {
      response.writeHead(200, events);
      const bytes = Buffer.from(`data: ${result(id, 'äöü€🎉')}\r\n\r\n`);
      for (let at = 0; at < bytes.length; at += 3) response.write(bytes.subarray(at, at + 3));
      response.end();
    };
    const answer = await caller.callTool('split');
    await answer.whole();
    assert.match(JSON.stringify(answer.messages.at(-1)), /äöü€🎉/);
  });

  it('as JSON over several lines stays one event', async () => {
    await stage.signIn('repositories');
    upstream.answer = ({ id }, response) => {
      response.writeHead(200, json);
      response.end(JSON.stringify(JSON.parse(result(id)), undefined, 2).replaceAll('\n', '\r\n'));
    };
    const client = await stage.connect('scripted');
    assert.equal((await callTool(client, 'pretty')).text, 'done');
  });

  for (const [what, begin] of [
    [
      'an event stream that breaks in an event',
      (id: unknown, response: ServerResponse) => {
        response.writeHead(200, events);
        response.write(`${progress(id, 1)}data: {"jsonrpc":"2.0",`);
      },
    ],
    [
      'an event stream that ends without a result',
      (id: unknown, response: ServerResponse) => {
        response.writeHead(200, events);
        response.end(progress(id, 1));
      },
    ],
  ] as const) {
    it(`ends with a text and runs nothing again: ${what}`, async () => {
      upstream.answer = ({ id }, response) => {
        begin(id, response);
        if (!response.writableEnded) response.write('', () => response.destroy());
      };
      const answer = await caller.callTool('broken');
      await answer.whole();
      const last = answer.messages.at(-1);
      assert.equal(last?.id, 1);
      assert.equal(last.result?.isError, true);
      assert.match(JSON.stringify(last.result), /not run again/);
      assert.equal(upstream.requests.length, 1);
    });
  }

  /** Until an answer has ended. */
  const timePasses = async (answer: RawAnswer, step: number) => {
    while (answer.isOpen) {
      stage.clock.advance(step);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  it('is resumed if it had event ids and ended before the result', async () => {
    upstream.answer = ({ id }, response) => {
      response.writeHead(200, events);
      response.end(`id: e1\n${progress(id, 1)}`);
    };
    upstream.listen = (headers, response) => {
      response.writeHead(200, events);
      response.end(`id: e2\ndata: ${result(1, `after ${String(headers['last-event-id'])}`)}\n\n`);
    };
    const answer = await caller.callTool('resumable');
    await timePasses(answer, 50);
    assert.match(answer.text, /step 1[^]*after e1/);
    assert.equal(upstream.requests.length, 1);
  });

  it('is resumed a few times, as late as the upstream asks, and then given up with a text', async () => {
    upstream.answer = (_message, response) => {
      response.writeHead(200, events);
      response.end('retry: 2000\nid: e0\ndata:\n\n');
    };
    let resumed = 0;
    upstream.listen = (_headers, response) => {
      resumed++;
      response.writeHead(200, events).end('retry: 0\n\n');
    };
    const answer = await caller.callTool('never');
    await timePasses(answer, 50);
    assert.match(answer.text, /closed the connection before it responded/);
    assert.equal(resumed, 5);
  });

  it('is resumed a second later at the earliest, and given up if it brings only other messages', async () => {
    const other = 'id: e1\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n';
    upstream.answer = (_message, response) => {
      response.writeHead(200, events).end(`retry: 0\n${other}`);
    };
    const resumed: number[] = [];
    upstream.listen = (_headers, response) => {
      resumed.push(stage.clock.now());
      response.writeHead(200, events).end(other);
    };
    const begun = stage.clock.now();
    const answer = await caller.callTool('busy');
    await timePasses(answer, 50);
    assert.match(answer.text, /closed the connection before it responded/);
    assert.equal(resumed.length, 5);
    const pauses = resumed.map((time, index) => time - (resumed[index - 1] ?? begun));
    assert.ok(
      pauses.every((pause) => pause >= 1_000),
      String(pauses),
    );
  });

  it('is given up with a text if the upstream only keeps the connection alive', async () => {
    const dropped = Promise.withResolvers<void>();
    upstream.answer = ({ id }, response) => {
      response.writeHead(200, events);
      response.once('close', dropped.resolve);
      response.write(progress(id, 1));
    };
    const answer = await caller.callTool('stuck');
    await answer.until(/step 1/);
    stage.clock.advance(29 * 60_000);
    assert.ok(answer.isOpen);
    stage.clock.advance(60_000);
    assert.match(await answer.whole(), /"isError":true/);
    assert.match(answer.text, /stuck got no response: \S+ sent nothing for 30 minutes/);
    await dropped.promise;
  });

  it('is waited for as long as there is progress', async () => {
    const told: ServerResponse[] = [];
    upstream.answer = (_message, response) => {
      response.writeHead(200, events).flushHeaders();
      told.push(response);
    };
    const answer = await caller.callTool('long');
    for (let step = 1; step <= 3; step++) {
      stage.clock.advance(20 * 60_000);
      told[0]?.write(progress(1, step));
      await answer.until(new RegExp(`step ${step}`));
    }
    told[0]?.end(`data: ${result(1)}\n\n`);
    assert.match(await answer.whole(), /done/);
  });

  for (const [what, status, type, body] of [
    ['202 without a body', 202, undefined, ''],
    ['204', 204, undefined, ''],
    ['a page', 200, 'text/html', '<p>maintenance'],
    ['the answer to another request', 200, 'application/json', result(999)],
    [
      'an error to no request',
      200,
      'application/json',
      '{"jsonrpc":"2.0","error":{"code":1,"message":"no"}}',
    ],
    ['a document that is no message', 200, 'application/json', '"done"'],
  ] as const) {
    it(`is always given, as a text if the upstream gives ${what}`, async () => {
      upstream.answer = (_message, response) => {
        response.writeHead(status, type === undefined ? {} : { 'Content-Type': type }).end(body);
      };
      const answer = await caller.callTool('unanswered');
      const { id, result: said } = (await answer.json()) as RpcMessage;
      assert.deepEqual([id, said?.isError], [1, true]);
      assert.match(answer.text, /unanswered got no response: .*not run again/);
      const read = await caller.call('resources/read', { uri: 'a:b' });
      assert.match(await read.whole(), /"id":2,"error":.*the resource a:b got no response/);
    });
  }

  const pad = 'x'.repeat(300_000);
  for (const [what, body] of [
    ['the answer to another request', result(999, pad)],
    ['half of an answer', result(1, pad).slice(0, -2)],
    ['an answer and more', `${result(1, pad)}{}`],
    ['no JSON', `{"id":1,"result":{a:"${pad}"}}`],
  ] as const) {
    it(`is always given, as a text if a long document is ${what}`, async () => {
      upstream.answer = (_message, response) => {
        response.writeHead(200, json).end(body);
      };
      const answer = await caller.callTool('long');
      await answer.whole();
      assert.deepEqual(
        answer.messages.map(({ id, result: said }) => [id, said?.isError]),
        [[1, true]],
      );
      assert.match(answer.text, /long got no response: .*returned an unexpected response.*not run again/);
      const plain = await caller.post(
        { jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri: 'a:b' } },
        { Accept: 'application/json' },
      );
      assert.match(await plain.whole(), /"id":1,"error":.*the resource a:b got no response/);
    });
  }

  it('reaches a caller however long it is, as JSON if it takes nothing else', async () => {
    upstream.answer = ({ id }, response) => {
      response.writeHead(200, json).end(result(id, pad));
    };
    const answer = await caller.callTool('long');
    await answer.whole();
    assert.equal(JSON.stringify(answer.messages.at(-1)), result(1, pad));
    const plain = await caller.callTool('long', {}, { Accept: 'application/json' });
    assert.equal(JSON.stringify(await plain.json()), result(2, pad));
  });

  it('is refused with a text if the caller takes JSON only and it is longer than the limit', async () => {
    upstream.answer = ({ id }, response) => {
      response.writeHead(200, json).end(result(id, 'x'.repeat(17 * 1024 * 1024)));
    };
    const answer = await caller.callTool('huge', {}, { Accept: 'application/json' });
    assert.match(await answer.whole(), /huge got no response: .*sent more than can be relayed/);
  });

  it('reaches a caller that takes JSON only as JSON', async () => {
    upstream.answer = ({ id }, response) => {
      response.writeHead(200, events);
      response.end(`${progress(id, 1)}data: ${result(id)}\n\n`);
    };
    const answer = await caller.callTool('plain', {}, { Accept: 'application/json' });
    assert.equal(answer.headers['content-type'], 'application/json');
    assert.match(JSON.stringify(await answer.json()), /"id":1.*done/);
  });

  it('is given up with a text if one of its events is larger than the limit', async () => {
    upstream.answer = (_message, response) => {
      response.writeHead(200, events);
      const chunk = 'x'.repeat(1024 * 1024);
      response.write('data: "');
      const more = () => {
        let goesOn = true;
        while (goesOn && !response.destroyed) goesOn = response.write(chunk);
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    const answer = await caller.callTool('endless');
    assert.match(
      await answer.whole(),
      /sent more than can be relayed\. .*larger than the limit of 16384 KiB/,
    );
  });

  it('is given up with a text if its stream is endless lines that are not part of an event', async () => {
    const dropped = Promise.withResolvers<void>();
    upstream.answer = ({ id }, response) => {
      response.writeHead(200, events);
      response.once('close', dropped.resolve);
      response.write(`${progress(id, 1)}${'a\n'.repeat(2_000)}`);
    };
    const answer = await caller.callTool('garbled');
    assert.match(await answer.whole(), /step 1[^]*sent more than can be relayed\. .*more than 1000 lines/);
    await dropped.promise;
  });

  it('is relayed and not remembered if it is a list larger than the limit', async () => {
    const tool = { name: 'big', description: 'x'.repeat(1_200_000), inputSchema: { type: 'object' } };
    upstream.answer = ({ id }, response) => {
      response.writeHead(200, json).end(JSON.stringify({ jsonrpc: '2.0', id, result: { tools: [tool] } }));
    };
    const answer = await caller.call('tools/list');
    assert.ok((await answer.whole()).length > 1_200_000);
    assert.equal(stage.memory.get(`tools ${upstream.url}`), undefined);
  });

  /** Alice is signed in at the scripted server too. */
  const signInHere = async () => {
    await stage.signIn('repositories');
    const stored = await stage.broker.credentials.get(stage.server('repositories').url);
    assert.ok(stored !== undefined);
    await stage.broker.credentials.put({ ...stored, serverUrl: upstream.url });
    return stored.tokens;
  };

  it('counts on from no progress that is no number to count from', async () => {
    await signInHere();
    upstream.answer = ({ id }, response) => {
      response.writeHead(200, events);
      response.write(
        'data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1e999}}\n\n',
      );
      response.end(`data: ${result(id)}\n\n`);
    };
    const answer = await caller.callTool('counting');
    await answer.whole();
    const own = answer.messages.findLast(({ params }) => params?.message?.startsWith('counting as') === true);
    assert.equal(typeof own?.params?.['progress'], 'number');
  });

  it('contains no token, even if the upstream repeats it in an error', async () => {
    const { accessToken, refreshToken } = await signInHere();
    const token = accessToken.expose();
    upstream.answer = ({ id }, response) => {
      const error = { code: 1, message: `bad ${refreshToken?.expose() ?? ''} ${token}` };
      response.writeHead(500, json).end(JSON.stringify({ jsonrpc: '2.0', id, error }));
    };
    const answer = await caller.callTool('echo');
    assert.match(await answer.whole(), /bad \[redacted\] \[redacted\]/);
    assert.ok(!answer.text.includes(token.slice(0, 40)));
  });

  it('waits for a caller that is slower than the upstream, and leaves no listener for each wait', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error) => void warnings.push(warning);
    process.on('warning', warn);
    const chunk = 'x'.repeat(1024 * 1024);
    let written = 0;
    upstream.answer = ({ id }, response) => {
      response.writeHead(200, json);
      response.write(
        `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[{"type":"text","text":"`,
      );
      const more = () => {
        while (written < 20) {
          written++;
          if (!response.write(chunk)) {
            response.once('drain', more);
            return;
          }
        }
        response.end('"}]}}');
      };
      more();
    };
    const answer = await caller.callTool('large');
    const text = await answer.whole();
    process.off('warning', warn);
    assert.ok(text.length > 20 * 1024 * 1024);
    assert.deepEqual(warnings, []);
  });

  it('is dropped upstream when the caller goes away', async () => {
    const dropped = Promise.withResolvers<void>();
    upstream.answer = ({ id }, response) => {
      response.writeHead(200, events);
      response.write(progress(id, 1));
      response.once('close', dropped.resolve);
    };
    const answer = await caller.callTool('left');
    await answer.until(/step 1/);
    caller.close();
    await dropped.promise;
  });

  it('is dropped upstream when the caller cancels, and gets no response', async () => {
    const dropped = Promise.withResolvers<void>();
    upstream.answer = ({ id }, response) => {
      response.writeHead(200, events);
      response.write(progress(id, 1));
      response.once('close', dropped.resolve);
    };
    const answer = await caller.callTool('cancelled');
    await answer.until(/step 1/);
    await caller.notify('notifications/cancelled', { requestId: 1 });
    await dropped.promise;
    assert.doesNotMatch(await answer.whole(), /"id":1,/);
  });
});

describe('JSON that the relay turns into an event', () => {
  it('ends with a text when it breaks in the middle: the half of it is not a message', async () => {
    const stage = await startRelayWorld({
      jsonResponses: true,
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        if (!(init.body instanceof Uint8Array)) return response;
        if (!Buffer.from(init.body).includes('"tools/call"')) return response;
        // Longer than what is read before anything is handed on.
        const parts = [(await response.text()).slice(0, 30) + ' '.repeat(70_000)];
        const body = new ReadableStream<Uint8Array>({
          pull(controller) {
            const part = parts.shift();
            if (part === undefined) controller.error(new TypeError('terminated'));
            else controller.enqueue(Buffer.from(part));
          },
        });
        return new Response(body, { status: response.status, headers: response.headers });
      },
    });
    try {
      await stage.signIn('repositories');
      const client = await stage.connect('repositories');
      const { isError, text } = await callTool(client, 'list_branches');
      assert.equal(isError, true);
      assert.match(text, /list_branches ended without a response.*not run again/);

      const caller = await stage.rawCaller('repositories');
      await caller.initialize();
      const answer = await caller.callTool('list_branches');
      await answer.whole();
      assert.match(answer.text, /\{"result"/);
      assert.deepEqual(
        answer.messages.map(({ method, result }) => method ?? result?.isError),
        ['notifications/progress', true],
      );
    } finally {
      await stage.close();
    }
  });
});

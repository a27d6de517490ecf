import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { Terminal } from '../../src/headless/terminal.js';

/** A terminal whose ends a test holds. */
function terminal(isTTY: boolean, isVerbose = false) {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = new PassThrough();
  const error = new PassThrough();
  let interrupts = 0;
  const own = new Terminal({ input, output, error }, () => interrupts++, isVerbose);
  const written = () => [output, error].map((stream) => String(stream.read() ?? ''));
  return { own, input, written, interrupts: () => interrupts };
}

const never = new AbortController().signal;

describe('the terminal', () => {
  it('puts results on standard output, and all else on standard error', () => {
    const { own, written } = terminal(false);
    own.print('a result');
    own.say('a word');
    own.warn('take care');
    own.info('a detail');
    assert.deepEqual(written(), ['a result\n', 'a word\nwarning: take care\n']);
    const verbose = terminal(false, true);
    verbose.own.info('a detail');
    assert.deepEqual(verbose.written(), ['', 'a detail\n']);
  });

  it('is steered by nothing that servers write', () => {
    const { own, written } = terminal(false);
    own.say('\u001b[2J\u202ename\r\nwarning: forged');
    assert.deepEqual(written(), ['', ' [2J name warning: forged\n']);
  });

  for (const isTTY of [true, false]) {
    it(`gives the lines in order and shows none of them${isTTY ? ', to a user either' : ''}`, async () => {
      const { own, input, written } = terminal(isTTY);
      const first = own.line(never);
      input.write('secret one\nsecret two\n');
      assert.equal(await first, 'secret one');
      assert.equal(await own.line(never), 'secret two');
      const last = own.line(never);
      input.end();
      assert.equal(await last, undefined);
      assert.equal(await own.line(never), undefined);
      assert.deepEqual(written(), ['', '']);
      own.dispose();
    });
  }

  it('stops waiting for a line when it is no longer needed, and keeps the line for the next question', async () => {
    const { own, input } = terminal(false);
    const ended = new AbortController();
    const waiting = own.line(ended.signal);
    ended.abort();
    assert.equal(await waiting, undefined);
    const next = own.line(never);
    input.write('late\n');
    assert.equal(await next, 'late');
    own.dispose();
  });

  it('takes Ctrl-C for the wish to end', async () => {
    const { own, input, interrupts } = terminal(true);
    const line = own.line(never);
    input.write('\u0003a\n');
    assert.equal(await line, 'a');
    assert.equal(interrupts(), 1);
    own.dispose();
  });
});

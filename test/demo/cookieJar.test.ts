import assert from 'node:assert/strict';
import { CookieJar } from './cookieJar.js';

describe('the cookie jar', () => {
  const here = new URL('http://127.0.0.1:4711/page');
  const elsewhere = new URL('http://localhost:4712/page');

  function jarWith(...cookies: string[]): CookieJar {
    const jar = new CookieJar();
    jar.store(here, cookies);
    return jar;
  }

  const jar = jarWith('s=1; SameSite=Strict', 'l=1; SameSite=Lax', 'n=1; SameSite=None; Secure', 'd=1');

  it('sends all cookies to a typed address, and between pages of a site', () => {
    assert.equal(jar.headerFor(here), 's=1; l=1; n=1; d=1');
    const otherPort = new URL('http://127.0.0.1:4713/');
    assert.equal(jar.headerFor(here, { from: otherPort, method: 'post' }), 's=1; l=1; n=1; d=1');
  });

  it('withholds strict cookies from a link on another site', () => {
    assert.equal(jar.headerFor(here, { from: elsewhere }), 'l=1; n=1; d=1');
  });

  it('withholds lax cookies, and those without SameSite, from a POST of another site', () => {
    assert.equal(jar.headerFor(here, { from: elsewhere, method: 'post' }), 'n=1');
  });

  it('respects hosts and paths, and drops expired cookies', () => {
    const narrow = jarWith('a=1; Path=/deep', 'b=1', 'b=; Max-Age=0');
    assert.equal(narrow.headerFor(here), undefined);
    assert.equal(narrow.headerFor(new URL('/deep/er', here)), 'a=1');
    assert.equal(narrow.headerFor(new URL('/deep/er', elsewhere)), undefined);
  });
});

import assert from 'node:assert/strict';
import { HandoverKey, sealTo } from '../../src/broker/callbacks/handoverKey.js';

describe('a text that one window seals for another', () => {
  it('can be opened only by that window, under the name it was sealed under', async () => {
    const [key, other] = [await HandoverKey.make(), await HandoverKey.make()];
    const text = '/callback?code=ü&state=1';
    const sealed = await sealTo(key.publicKey, text, 'name');
    assert.equal(await key.open(sealed, 'name'), text);
    await assert.rejects(other.open(sealed, 'name'));
    await assert.rejects(key.open(sealed, 'another name'));
    const [header = '', , ...rest] = sealed.split('.');
    const renamed = JSON.parse(atob(header)) as object;
    const forged = btoa(JSON.stringify({ ...renamed, kid: 'another name' })).replaceAll('=', '');
    await assert.rejects(key.open([forged, '', ...rest].join('.'), 'another name'));
  });

  it('contains its text only in sealed form, and no private key', async () => {
    const key = await HandoverKey.make();
    const shown = JSON.stringify([key.publicKey, await sealTo(key.publicKey, 'code=hush', 'name')]);
    assert.doesNotMatch(shown, /hush|"d":/);
  });

  it('can be sealed to a valid key only; any other text is rejected', async () => {
    await assert.rejects(sealTo({ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }, 'text', 'name'));
    await assert.rejects(sealTo({}, 'text', 'name'));
  });
});

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { addressToOpen, externalAddress } from '../../src/editor/externalAddress.js';

const page = 'http://127.0.0.1:41234/sign-in/abc?step=1';
const mapping = (mapped: string) => () => Promise.resolve(vscode.Uri.parse(mapped, true));
const text = async (uri: Promise<vscode.Uri>) => (await uri).toString(true);

describe("a page's address for the user's browser", () => {
  it('is what the editor maps it to', async () => {
    const whole = mapping('https://editor.example/proxy/41234/sign-in/abc?step=1');
    assert.equal(
      await text(externalAddress(page, whole)),
      'https://editor.example/proxy/41234/sign-in/abc?step=1',
    );
    assert.equal(await text(addressToOpen(page, whole)), page, 'the editor maps what it opens');
  });

  it('keeps its path and query where the editor maps the port alone', async () => {
    for (const base of ['https://editor.example/proxy/41234/', 'https://editor.example/proxy/41234']) {
      const whole = 'https://editor.example/proxy/41234/sign-in/abc?step=1';
      assert.equal(await text(externalAddress(page, mapping(base))), whole);
      const isWeb = vscode.env.uiKind === vscode.UIKind.Web;
      assert.equal(await text(addressToOpen(page, mapping(base))), isWeb ? whole : page);
    }
    assert.equal(
      await text(externalAddress(page, mapping('https://41234.editor.example/'))),
      'https://41234.editor.example/sign-in/abc?step=1',
    );
  });

  it('is the page itself where the editor cannot map it', async () => {
    const failing = () => Promise.reject(new Error('Failed to resolve external URI'));
    assert.equal(await text(externalAddress(page, failing)), page);
    assert.equal(await text(addressToOpen(page, failing)), page);
  });

  it('still leads to the page in this editor', async () => {
    const { path, query } = await externalAddress('http://127.0.0.1:1/sign-in/abc?step=1');
    assert.ok(path.endsWith('/sign-in/abc'), path);
    assert.equal(query, 'step=1');
  });
});

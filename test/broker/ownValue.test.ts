import assert from 'node:assert/strict';
import { ownValue } from '../../src/broker/settings/ownValue.js';

const mine = { mine: { url: 'https://mine.example/mcp' } };
const evil = { mine: { url: 'https://evil.example/mcp' } };

/** Each as the extension host gives it (VS Code, `extHostConfiguration.ts`). */
describe('the value of a setting that is the user’s own', () => {
  it('is what the user’s settings say', () => {
    assert.deepEqual(ownValue({ globalValue: mine, globalLocalValue: mine }), mine);
  });

  it('is that of the default profile where another one counts', () => {
    assert.deepEqual(ownValue({ globalValue: mine }), mine);
  });

  it('is nothing where nothing, or only another file, says any', () => {
    assert.equal(ownValue(undefined), undefined);
    assert.equal(ownValue({}), undefined);
    assert.equal(ownValue({ workspaceValue: evil, workspaceFolderValue: evil }), undefined);
    assert.equal(ownValue({ globalValue: evil, globalRemoteValue: evil }), undefined);
  });

  it('is what the local settings say alone, where a remote’s are mixed into them', () => {
    const layers = {
      globalValue: evil,
      globalLocalValue: mine,
      globalRemoteValue: evil,
      workspaceValue: evil,
    };
    assert.deepEqual(ownValue(layers), mine);
  });
});

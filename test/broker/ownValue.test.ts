import assert from 'node:assert/strict';
import { ownValue } from '../../src/broker/settings/ownValue.js';

const mine = { mine: { url: 'https://mine.example/mcp' } };
const evil = { mine: { url: 'https://evil.example/mcp' } };

/** Each value as the extension host provides it (VS Code, `extHostConfiguration.ts`). */
describe("the user's own value of a setting", () => {
  it('is the value in the user’s settings', () => {
    assert.deepEqual(ownValue({ globalValue: mine, globalLocalValue: mine }), mine);
  });

  it('is the value of the default profile if another profile is active', () => {
    assert.deepEqual(ownValue({ globalValue: mine }), mine);
  });

  it('is undefined if no file or only another file has one', () => {
    assert.equal(ownValue(undefined), undefined);
    assert.equal(ownValue({}), undefined);
    assert.equal(ownValue({ workspaceValue: evil, workspaceFolderValue: evil }), undefined);
    assert.equal(ownValue({ globalValue: evil, globalRemoteValue: evil }), undefined);
  });

  it('is only the local value if a remote’s settings are merged into it', () => {
    const layers = {
      globalValue: evil,
      globalLocalValue: mine,
      globalRemoteValue: evil,
      workspaceValue: evil,
    };
    assert.deepEqual(ownValue(layers), mine);
  });
});

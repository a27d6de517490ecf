import assert from 'node:assert/strict';
import {
  canonical,
  settingsToTakeOver,
  withTakenOver,
} from '../../src/broker/settings/settingsToTakeOver.js';

const repositories = { type: 'http', url: 'https://mcp.example.com/mcp' };
const reports = { url: 'https://reports.example.com/mcp' };

describe('settings to copy from another file', () => {
  it('are listed entry by entry, with the other settings as a whole', () => {
    const found = {
      servers: { repositories, reports },
      toolRules: { repositories: { delete_branch: 'block' } },
      'agents.port': 29418,
    };
    assert.deepEqual(settingsToTakeOver(found, {}), [
      { key: 'servers', server: 'repositories', value: repositories },
      { key: 'servers', server: 'reports', value: reports },
      { key: 'toolRules', server: 'repositories', value: { delete_branch: 'block' } },
      { key: 'agents.port', value: 29418 },
    ]);
  });

  it('omit what the user’s settings already contain, with fields in any order', () => {
    const present = { servers: { repositories: { url: repositories.url, type: 'http' } }, 'agents.port': 1 };
    assert.deepEqual(settingsToTakeOver({ servers: { repositories }, 'agents.port': 1 }, present), []);
  });

  it('are listed with the values that they would replace', () => {
    const other = { url: 'https://other.example.com/mcp' };
    assert.deepEqual(
      settingsToTakeOver({ servers: { repositories } }, { servers: { repositories: other } }),
      [{ key: 'servers', server: 'repositories', value: repositories, present: other }],
    );
  });

  it('are absent if a map of servers is no map, or a name is inherited', () => {
    assert.deepEqual(settingsToTakeOver({ servers: ['x'], toolRules: null }, {}), []);
    const [found] = settingsToTakeOver({ servers: { toString: reports } }, { servers: {} });
    assert.equal(found?.present, undefined);
  });

  it('change only the chosen entries, and keep all others', () => {
    const present = { servers: { mine: reports, repositories: reports }, clientMetadataUrl: 'https://a.b/c' };
    const found = { servers: { repositories, reports }, 'agents.port': 29418 };
    const [first] = settingsToTakeOver(found, present);
    assert.ok(first);
    assert.deepEqual(withTakenOver(present, [first]), { servers: { mine: reports, repositories } });
    assert.deepEqual(withTakenOver(present, settingsToTakeOver(found, present)), {
      servers: { mine: reports, repositories, reports },
      'agents.port': 29418,
    });
    assert.deepEqual(withTakenOver(present, []), {});
  });

  it('replace a value that is no map', () => {
    const chosen = settingsToTakeOver({ servers: { repositories } }, { servers: 'broken' });
    assert.deepEqual(withTakenOver({ servers: 'broken' }, chosen), { servers: { repositories } });
  });
});

describe('the canonical text of settings', () => {
  it('is the same in any order, and different for different values', () => {
    assert.equal(
      canonical({ a: [1, { b: 2, c: 3 }], d: null }),
      canonical({ d: null, a: [1, { c: 3, b: 2 }] }),
    );
    assert.notEqual(canonical({ a: [1, 2] }), canonical({ a: [2, 1] }));
    assert.notEqual(canonical({ a: 1 }), canonical({ a: '1' }));
  });
});

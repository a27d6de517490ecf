import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ownSettings, section } from '../../src/broker/settings/ownSettings.js';

interface Manifest {
  readonly extensionKind: readonly string[];
  readonly contributes: {
    readonly configuration: {
      readonly properties: Readonly<
        Record<string, { readonly scope?: string; readonly ignoreSync?: boolean }>
      >;
    };
  };
}

const root = path.resolve(__dirname, '..', '..', '..');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;

describe('the settings in the manifest', () => {
  const { properties } = manifest.contributes.configuration;

  it('are those that the code reads', () => {
    assert.deepEqual(Object.keys(properties).sort(), ownSettings.map((key) => `${section}.${key}`).sort());
  });

  for (const [name, { scope, ignoreSync }] of Object.entries(properties)) {
    it(`include ${name} for the user and this machine only`, () => {
      assert.equal(scope, 'application');
      assert.equal(ignoreSync, true);
    });
  }

  it('include a preference for running the extension on the user’s machine', () => {
    assert.deepEqual(manifest.extensionKind, ['ui', 'workspace']);
  });
});

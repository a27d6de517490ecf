import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { exceptionNames } from '../../src/broker/settings/oauthSettings.js';
import { toolRuleNames } from '../../src/broker/tools/toolRules.js';
import { profileChoices } from '../../src/oauth/providerTraits.js';

interface Schema {
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
}

const manifest = path.resolve(__dirname, '..', '..', '..', 'package.json');
const { contributes } = JSON.parse(readFileSync(manifest, 'utf8')) as {
  readonly contributes: { readonly configuration: Schema };
};

function setting(name: string): Schema {
  const schema = contributes.configuration.properties?.[`mcpOAuthBroker.${name}`];
  return schema?.additionalProperties ?? assert.fail(`package.json has no setting ${name}`);
}

describe('the settings that package.json describes', () => {
  const { properties: oauth = {} } = setting('servers').properties?.['oauth'] ?? {};

  it('offer each provider profile, exception and tool rule that the code reads', () => {
    assert.deepEqual(oauth['profile']?.enum, [...profileChoices]);
    assert.deepEqual(oauth['exceptions']?.items?.enum, [...exceptionNames]);
    assert.deepEqual(setting('toolRules').additionalProperties?.enum, [...toolRuleNames]);
  });
});

import assert from 'node:assert/strict';
import type { JSONRPCRequest } from '@modelcontextprotocol/sdk/types.js';
import { headerDisagreement, decodeHeaderValue, encodeHeaderValue } from '../../src/mcp/clientMessage.js';
import {
  consentAnswerIn,
  consentRequired,
  withInput,
  completeResult,
  discoverResultOf,
  initializeResultOf,
  statelessHeaders,
  withoutSession,
} from '../../src/mcp/statelessRevision.js';

const call: JSONRPCRequest = {
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: { name: 'grüße', arguments: { a: 1 }, _meta: { progressToken: 3 } },
};
const initialize: JSONRPCRequest = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    clientInfo: { name: 'editor', version: '1' },
    capabilities: { elicitation: {}, sampling: {} },
  },
};

describe('requests without a session', () => {
  it('name their sender, and declare no capability that a caller with a session could not have', () => {
    assert.deepEqual(withoutSession(call, initialize).params, {
      name: 'grüße',
      arguments: { a: 1 },
      _meta: {
        progressToken: 3,
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'editor', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    });
  });

  it('repeat values of the body in their headers', () => {
    const headers = statelessHeaders(call);
    assert.deepEqual(headers, {
      'Mcp-Protocol-Version': '2026-07-28',
      'Mcp-Method': 'tools/call',
      'Mcp-Name': '=?base64?Z3LDvMOfZQ==?=',
    });
    const header = (name: string) =>
      ({ 'mcp-method': headers['Mcp-Method'], 'mcp-name': headers['Mcp-Name'] })[name];
    assert.equal(headerDisagreement(call, header), undefined);
    const other = { ...call, params: { name: 'other' } };
    assert.match(headerDisagreement(other, header) ?? '', /Mcp-Name/);
  });

  it('have plain names in headers if every parser preserves them, and encoded names otherwise', () => {
    for (const plain of ['read', 'a b', 'a/b:c']) assert.equal(encodeHeaderValue(plain), plain);
    for (const odd of ['', ' a', 'a\n', 'ü', '=?base64?YQ==?=']) {
      assert.match(encodeHeaderValue(odd), /^=\?base64\?.*\?=$/);
      assert.equal(decodeHeaderValue(encodeHeaderValue(odd)), odd);
    }
    assert.equal(decodeHeaderValue('=?base64?!!?='), undefined);
    assert.equal(decodeHeaderValue('=?base64?/w==?='), undefined);
  });
});

describe('results of the revision without sessions', () => {
  it('are complete, and lists may not be kept', () => {
    assert.deepEqual(completeResult('tools/call', { content: [] }), { resultType: 'complete', content: [] });
    assert.deepEqual(completeResult('tools/list', { tools: [] }), {
      resultType: 'complete',
      ttlMs: 0,
      cacheScope: 'private',
      tools: [],
    });
  });

  it('of a discovery begin a session in the revision it asked for', () => {
    const discovered = discoverResultOf({
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: {} },
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'notes', version: '2' } },
    });
    assert.ok(discovered !== undefined);
    assert.deepEqual(initializeResultOf(discovered, initialize, 'name'), {
      protocolVersion: '2025-11-25',
      serverInfo: { name: 'notes', version: '2' },
      capabilities: { tools: {} },
    });
    assert.equal(discoverResultOf({ supportedVersions: ['2025-11-25'], capabilities: {} }), undefined);
    assert.equal(discoverResultOf({ supportedVersions: ['2026-07-28'] }), undefined);
  });

  it('ask for consent and know their own answer, and no other', () => {
    const asked = consentRequired('id', 'http://127.0.0.1:1/sign-in/x', 'Sign in');
    const again = (action: string, requestState: unknown): JSONRPCRequest => ({
      ...call,
      params: {
        ...call.params,
        requestState,
        inputResponses: { 'mcp-oauth-broker/consent': { action } },
      },
    });
    const answered = again('accept', asked['requestState']);
    assert.deepEqual(consentAnswerIn(answered), { id: 'id', accepted: true });
    assert.deepEqual(consentAnswerIn(again('decline', asked['requestState'])), { id: 'id', accepted: false });
    assert.equal(consentAnswerIn(again('accept', 'the server’s')), undefined);
    assert.deepEqual(withInput(answered, {}), call);
    assert.deepEqual(withInput(answered, { requestState: 'its' }).params?.['requestState'], 'its');
  });
});

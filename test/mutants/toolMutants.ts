import { mutant, type Mutant } from './mutant.js';

const gate = 'src/relay/calls/toolGate.ts';
const run = 'src/relay/calls/relayedRequest.ts';
const message = 'src/mcp/clientMessage.ts';
const policy = 'src/broker/settings/serverPolicy.ts';
const consent = 'src/broker/tools/toolConsent.ts';
const scopes = 'src/broker/tools/toolScopes.ts';
const rules = 'src/broker/tools/toolRules.ts';

const relayTest = 'test/relay/toolRules.test.ts';
const consentTest = 'test/broker/toolConsent.test.ts';
const scopesTest = 'test/broker/toolScopes.test.ts';
const rulesTest = 'test/broker/toolRules.test.ts';
const policyTest = 'test/broker/serverPolicy.test.ts';

/** Defects of what is known of tools, and of the rules for them. */
export const toolMutants: readonly Mutant[] = [
  mutant('a blocked tool sent', run, ['if (refusal !== undefined) {', 'if (false) {'], relayTest),
  mutant(
    'a blocked tool sent for callers other than the editor',
    gate,
    [
      'if (held.tool === undefined) return undefined;',
      'if (held.tool === undefined || held.session.caller.id !== editorCallerId) return undefined;',
    ],
    relayTest,
  ),
  mutant(
    'a blocked tool sent for callers without sessions',
    gate,
    [
      'if (held.tool === undefined) return undefined;',
      'if (held.tool === undefined || held.session.isStateless) return undefined;',
    ],
    relayTest,
  ),
  mutant(
    'a call whose name stands elsewhere sent',
    run,
    ["request.method === 'tools/call' && held.tool === undefined", 'false'],
    relayTest,
  ),
  mutant(
    'a tool call without an id sent',
    message,
    ["if (value.method === 'tools/call')", 'if (false)'],
    relayTest,
  ),
  mutant(
    'a call not waited for the user’s yes',
    gate,
    ["if (answer !== 'allowed')", 'if (false)'],
    relayTest,
  ),
  mutant(
    'a call that a rule refused is written down as failed',
    run,
    ['held.refuse(refusal.text, refused(refusal.reason));', 'held.refuse(refusal.text);'],
    relayTest,
  ),
  mutant('a caller answers for the user', gate, ['session.caller.id === editorCaller.id && ', ''], relayTest),
  mutant(
    'the rule not judged again after the question',
    gate,
    ['return this.refusal(held);', 'return undefined;'],
    relayTest,
  ),
  mutant(
    'any answer a yes',
    'src/mcp/toolRuleTexts.ts',
    ['?.call === yes(t)', '?.call !== undefined'],
    relayTest,
  ),
  mutant(
    'a question not taken back',
    'src/relay/callers/callerSession.ts',
    ["void stream.message(cancelledMessage(id, 'Nobody answers it any more.'));", ''],
    relayTest,
  ),
  mutant('an unreadable rule allows', rules, ["rules.set(tool, rule ?? 'ask')", "rules.set(tool, rule ?? 'allow')"], rulesTest), // prettier-ignore
  mutant(
    'a success forgets nothing',
    scopes,
    ['if (proven.length < needed.length)', 'if (false)'],
    scopesTest,
  ),
  mutant(
    'a declaration goes before what calls showed',
    consent,
    ['learned ?? declared?.scopes ?? []', 'declared?.scopes ?? learned ?? []'],
    consentTest,
  ),
  mutant('a block shown as something else', consent, ["if (rule === 'block')", 'if (false)'], consentTest),
  mutant('a denied server used', policy, ['if (isListed(server, policy.denied))', 'if (false)'], policyTest),
  mutant(
    'a server that is not allowed used',
    policy,
    ['Array.isArray(policy.allowed) && !isListed(server, policy.allowed)', 'false'],
    policyTest,
  ),
  mutant(
    'a host pattern reaches into the path',
    policy,
    ["wildcards(named, '[^/@?#]*')", "wildcards(named, '.*')"],
    policyTest,
  ),
];

/** What our settings begin with. */
export const section = 'mcpOAuthBroker';

/** Our settings, without what they begin with. The user alone writes them. */
export const ownSettings = [
  'servers',
  'toolRules',
  'enterpriseIdentityProvider',
  'clientMetadataUrl',
  'agents.port',
  'agents.requestsPerMinute',
  'agents.concurrentRequests',
  'toolCalls.recordArguments',
  'registry',
] as const;

export type OwnSetting = (typeof ownSettings)[number];

import { sendJson } from '../../demo/loopbackServer.js';
import { pathOf } from '../../demo/requestLog.js';
import type { OtherAddresses } from './heldModel.js';

const hour = 3600;
const plan = 'individual_subscription_copilot';

/**
 * The addresses of GitHub and Copilot's service that the agent host requests before it starts a session,
 * with responses for a fictitious account.
 */
export const copilotAddresses: OtherAddresses = (request, response, origin) => {
  const path = pathOf(request);
  const endpoints = { api: origin, proxy: origin, telemetry: origin, 'origin-tracker': origin };
  const respond = (body: object) => {
    sendJson(response, 200, body);
    return true;
  };
  if (/\/copilot_internal\/(v2\/)?token$/.test(path)) return respond({ ...copilotToken(origin), endpoints });
  if (path.endsWith('/copilot_internal/user')) return respond({ ...copilotUser, endpoints });
  if (path.endsWith('/user')) return respond({ login: 'scripted', id: 1, name: 'Scripted', type: 'User' });
  if (path.endsWith('/models/session')) return respond(modelSession());
  if (path.endsWith('/models')) return respond({ object: 'list', data: models });
  if (/\/models\/[^/]+(\/policy)?$/.test(path)) return respond(models[0] ?? {});
  if (path.endsWith('/agents')) return respond({ agents: [] });
  return respond({});
};

/** Returns a dummy Copilot token. */
export function copilotToken(origin: string): object {
  const expires_at = Math.floor(Date.now() / 1000) + 24 * hour;
  return {
    token: `tid=none;exp=${expires_at};sku=${plan};chat=1`,
    expires_at,
    refresh_in: 20 * hour,
    sku: plan,
    individual: true,
    isNoAuthUser: true,
    copilot_plan: 'individual',
    chat_enabled: true,
    mcp: true,
    organization_list: [],
    organization_login_list: [],
    endpoints: { api: origin, proxy: origin, telemetry: origin },
  };
}

const unlimited = { unlimited: true, entitlement: 100, remaining: 100, percent_remaining: 100 };
const copilotUser = {
  login: 'scripted',
  access_type_sku: plan,
  copilot_plan: 'individual',
  chat_enabled: true,
  is_mcp_enabled: true,
  organization_login_list: [],
  organization_list: [],
  quota_snapshots: { chat: unlimited, completions: unlimited, premium_interactions: unlimited },
};

/** Model names that the editor requires. */
const models = ['gpt-4.1', 'gpt-4o', 'gpt-4o-mini', 'gpt-5-mini'].map((id) => ({
  id,
  object: 'model',
  name: `Scripted ${id}`,
  vendor: 'scripted',
  version: id,
  preview: false,
  model_picker_enabled: true,
  is_chat_default: id === 'gpt-4.1',
  is_chat_fallback: id === 'gpt-4.1',
  supported_endpoints: ['/chat/completions'],
  policy: { state: 'enabled', terms: '' },
  billing: { is_premium: false, multiplier: 0, restricted_to: ['free', 'pro', 'edu', 'business'] },
  capabilities: {
    family: id,
    object: 'model_capabilities',
    type: 'chat',
    tokenizer: 'o200k_base',
    limits: { max_context_window_tokens: 128_000, max_output_tokens: 16_000, max_prompt_tokens: 110_000 },
    supports: { streaming: true, tool_calls: true, parallel_tool_calls: true, structured_outputs: true },
  },
}));

function modelSession(): object {
  return {
    available_models: models.map(({ id }) => id),
    selected_model: 'gpt-4.1',
    session_token: 'none',
    expires_at: Math.floor(Date.now() / 1000) + hour,
    discounted_costs: {},
  };
}

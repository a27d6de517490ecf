import type {
  JSONRPCNotification,
  JSONRPCRequest,
  RequestId,
  ServerCapabilities,
} from '@modelcontextprotocol/sdk/types.js';
import { notificationMessage } from './relayMessages.js';

/** The notifications that a caller asks for with `subscriptions/listen` (MCP 2026-07-28, subscriptions). */
export interface SubscriptionFilter {
  readonly toolsListChanged?: boolean;
  readonly promptsListChanged?: boolean;
  readonly resourcesListChanged?: boolean;
  /** The URIs of the resources for which updates are requested. */
  readonly resourceSubscriptions?: readonly string[];
}

export const everyListChange = {
  toolsListChanged: true,
  promptsListChanged: true,
  resourcesListChanged: true,
} as const satisfies SubscriptionFilter;

const acknowledgedMethod = 'notifications/subscriptions/acknowledged';

/** The kinds of list changes, and the notifications that announce them. */
const listChanges = {
  toolsListChanged: 'notifications/tools/list_changed',
  promptsListChanged: 'notifications/prompts/list_changed',
  resourcesListChanged: 'notifications/resources/list_changed',
} as const;

const kinds = Object.keys(listChanges) as readonly (keyof typeof listChanges)[];

const subscriptionId = 'io.modelcontextprotocol/subscriptionId';

/** @returns undefined if `params.notifications` of the request is not a filter */
export function requestedFilter({ params }: JSONRPCRequest): SubscriptionFilter | undefined {
  return filterOf(params?.['notifications']);
}

/** @returns undefined if the message is not an acknowledgement */
export function acknowledgedFilter({ method, params }: JSONRPCNotification): SubscriptionFilter | undefined {
  return method === acknowledgedMethod ? (filterOf(params?.['notifications']) ?? {}) : undefined;
}

/** Only the changes of lists, which the relay announces by itself when a sign-in begins, changes or ends. */
export function listChangesOf(filter: SubscriptionFilter): SubscriptionFilter {
  return Object.fromEntries(kinds.filter((kind) => filter[kind] === true).map((kind) => [kind, true]));
}

/** What either filter has. */
export function union(one: SubscriptionFilter, other: SubscriptionFilter): SubscriptionFilter {
  const uris = [...(one.resourceSubscriptions ?? []), ...(other.resourceSubscriptions ?? [])];
  return {
    ...listChangesOf(one),
    ...listChangesOf(other),
    ...(uris.length > 0 && { resourceSubscriptions: [...new Set(uris)] }),
  };
}

export function isEmpty(filter: SubscriptionFilter): boolean {
  return kinds.every((kind) => filter[kind] !== true) && (filter.resourceSubscriptions ?? []).length === 0;
}

/** Whether a notification is of a kind that was asked for; other kinds must not be sent (MCP 2026-07-28). */
export function accepts(filter: SubscriptionFilter, method: string): boolean {
  if (method === 'notifications/resources/updated') return (filter.resourceSubscriptions ?? []).length > 0;
  const kind = kinds.find((one) => listChanges[one] === method);
  return kind !== undefined && filter[kind] === true;
}

/** The first message of a subscription: what it will carry. */
export function acknowledgement(id: RequestId, filter: SubscriptionFilter): JSONRPCNotification {
  return inSubscription(id, {
    ...notificationMessage(acknowledgedMethod),
    params: { notifications: { ...filter } },
  });
}

/** Marks a notification as one of the subscription that the request of that id began. */
export function inSubscription(id: RequestId, message: JSONRPCNotification): JSONRPCNotification {
  const _meta = { ...message.params?._meta, [subscriptionId]: id };
  return { ...message, params: { ...message.params, _meta } };
}

/** The result that ends a subscription. */
export function endOfSubscription(id: RequestId) {
  return { _meta: { [subscriptionId]: id } };
}

/** A server's capabilities with the announcements of the relay: its lists change when another account acts. */
export function withListChanges({ prompts, resources, ...others }: ServerCapabilities): ServerCapabilities {
  return {
    ...others,
    tools: { ...others.tools, listChanged: true },
    ...(prompts !== undefined && { prompts: { ...prompts, listChanged: true } }),
    ...(resources !== undefined && { resources: { ...resources, listChanged: true } }),
  };
}

function filterOf(value: unknown): SubscriptionFilter | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const members = value as Readonly<Record<string, unknown>>;
  const isFlag = (kind: string) => members[kind] === undefined || typeof members[kind] === 'boolean';
  if (!kinds.every(isFlag)) return undefined;
  const uris = members['resourceSubscriptions'] ?? [];
  if (!Array.isArray(uris) || !uris.every((uri) => typeof uri === 'string')) return undefined;
  return {
    ...listChangesOf(members),
    ...(uris.length > 0 && { resourceSubscriptions: uris }),
  };
}

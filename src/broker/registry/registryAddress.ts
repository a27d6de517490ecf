import { addressOf, isSecureAddress } from '../../base/displayText.js';

/** The registry of the MCP project. */
export const officialRegistry = 'https://registry.modelcontextprotocol.io';

/** The value of the setting `mcpOAuthBroker.registry`. */
export type RegistryAddress =
  | { readonly kind: 'unset' }
  | { readonly kind: 'set'; readonly url: string }
  | { readonly kind: 'unusable'; readonly problem: string };

/** @param value the setting as the editor gives it: the address that paths such as `/v0.1/servers` are added to */
export function parseRegistryAddress(value: unknown): RegistryAddress {
  if (value === undefined || value === null || value === '') return { kind: 'unset' };
  const url = addressOf(typeof value === 'string' ? value.trim() : undefined);
  if (url === undefined) return unusable(`must be an address such as ${officialRegistry}`);
  if (url.username !== '' || url.password !== '') {
    return unusable('must not contain a user name or password, because secrets do not belong in settings');
  }
  if (!isSecureAddress(url)) {
    return unusable('must start with https:// (http:// is for registries on this machine)');
  }
  if (url.search !== '' || url.hash !== '') return unusable('must not have a query or fragment');
  return { kind: 'set', url: url.href.replace(/\/+$/, '') };
}

function unusable(problem: string): RegistryAddress {
  return { kind: 'unusable', problem: `mcpOAuthBroker.registry ${problem}.` };
}

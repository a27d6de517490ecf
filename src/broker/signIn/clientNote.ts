import { shownAddress } from '../../oauth/serverWords.js';
import type { ClientWithRedirect } from '../clients/clientNeed.js';

/** What the log keeps of who signs in, and of where the browser comes back to; nothing of it is secret. */
export function clientNote(server: string, { client, because, redirect }: ClientWithRedirect): string {
  const elsewhere = redirect.isOutOfReach ? ', which is on another machine than the browser.' : '.';
  return `${server}: signs in as client ${client.clientId}. ${because} The browser comes back to ${shownAddress(redirect.uri)}${elsewhere}`;
}

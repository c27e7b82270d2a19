/** Server-sent events for a member, where there is no WebSocket: `EventSource` sends no token. */

import type { ClientCore } from './client.js';

/** Return the address of an event stream, signed in by a ticket that is good for one minute. */
export async function eventsAddress(
  client: ClientCore<any>,
  topics: readonly string[],
  query: { filter?: string; expand?: string; fields?: string; since?: string } = {},
): Promise<string> {
  const isMember = (await client.auth.token()) !== null;
  const given = isMember ? await client.request<{ ticket: string }>('POST', 'realtime/tickets') : undefined;
  const url = new URL(client.transport.address('events', { ...query, ticket: given?.ticket }));
  for (const topic of topics) url.searchParams.append('topic', topic);
  return url.href;
}

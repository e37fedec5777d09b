import { LRUCache } from 'lru-cache';
import type { ClientId, OrganisationId } from '../kernel/ids.ts';
import { inTime } from '../kernel/in-time.ts';
import type { Queries, Store } from '../store/store.ts';
import type { ChangeFeed } from './change-feed.ts';

export const TOKEN_EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';

const CACHED_CLIENTS_MAX = 10_000;

/**
 * Whether a client may act with the tokens of others in an organisation (RFC 8693): an admin of that very organisation
 * made it, it proves itself, the admin allowed it this, and nobody has deleted, blocked or suspended it since.
 */
export async function readMayAct(
  queries: Queries,
  orgId: OrganisationId,
  clientId: ClientId,
): Promise<boolean> {
  const client = await queries.clients.find(clientId);
  if (client === undefined || client.kind !== 'portal' || client.orgId !== orgId) return false;
  if (client.authMethod === 'none' || !client.grantTypes.includes(TOKEN_EXCHANGE_GRANT)) return false;
  if (client.agentId !== null) {
    const agent = await queries.people.findAgent(orgId, client.agentId);
    if (agent === undefined || agent.suspendedAt !== null) return false;
  }
  const rules = await queries.clientRules.rulesAbout(orgId, [clientId]);
  return !rules.some(({ rule }) => rule === 'blocked');
}

/** What the change feed calls a client in an organisation. */
export function actingSubject(orgId: OrganisationId, clientId: string): string {
  return `${orgId}:${clientId}`;
}

/** The same, from memory until the change feed says that something about the client changed. */
export function createActingClients({ store, feed }: { store: Store; feed: ChangeFeed }) {
  const cache = new LRUCache<string, boolean>({ max: CACHED_CLIENTS_MAX });
  let epoch = 0;

  function forgetAll(): void {
    epoch += 1;
    cache.clear();
  }

  feed.on('client', (subject) => {
    epoch += 1;
    cache.delete(subject);
  });
  // Which client is a suspended agent's the feed does not say. It is rare.
  feed.on('agent', forgetAll);
  feed.onMissed(forgetAll);

  return async function mayAct(orgId: OrganisationId, clientId: ClientId): Promise<boolean> {
    const subject = actingSubject(orgId, clientId);
    const cached = feed.isCurrent() ? cache.get(subject) : undefined;
    if (cached !== undefined) return cached;
    const epochBefore = epoch;
    const may = await inTime(readMayAct(store, orgId, clientId));
    if (epoch === epochBefore) cache.set(subject, may);
    return may;
  };
}

export type MayAct = ReturnType<typeof createActingClients>;

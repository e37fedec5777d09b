import { LRUCache } from 'lru-cache';
import type { Actor, Standing } from '../kernel/credential.ts';
import type { OrganisationId } from '../kernel/ids.ts';
import type { Queries, Store } from '../store/store.ts';
import type { ChangeFeed } from './change-feed.ts';

const CACHED_STANDINGS_MAX = 50_000;

/** Reads what an actor is in an organisation: undefined for strangers, suspended agents and suspended organisations. */
export async function readStanding(
  queries: Queries,
  orgId: OrganisationId,
  actor: Actor,
): Promise<Standing | undefined> {
  const organisation = await queries.people.findOrganisation(orgId);
  if (organisation === undefined || organisation.suspendedAt !== null) return undefined;
  if (actor.kind === 'user') {
    const role = await queries.people.roleOf(orgId, actor.id);
    return role && { orgSlug: organisation.slug, role };
  }
  const agent = await queries.people.findAgent(orgId, actor.id);
  return agent && agent.suspendedAt === null ? { orgSlug: organisation.slug, role: agent.role } : undefined;
}

/** The same, from memory until the change feed says that something about it changed. */
export function createStandings({ store, feed }: { store: Store; feed: ChangeFeed }) {
  const cache = new LRUCache<string, { standing: Standing | undefined }>({ max: CACHED_STANDINGS_MAX });
  let epoch = 0;

  function forget(subject: string): void {
    epoch += 1;
    cache.delete(subject);
  }

  feed.on('member', forget);
  feed.on('agent', forget);
  // Suspending, renaming: rare, and it concerns everyone in the organisation.
  feed.on('organisation', () => {
    epoch += 1;
    cache.clear();
  });

  return {
    async of(orgId: OrganisationId, actor: Actor): Promise<Standing | undefined> {
      const subject = `${orgId}:${actor.id}`;
      const cached = feed.isCurrent() ? cache.get(subject) : undefined;
      if (cached !== undefined) return cached.standing;
      const epochBefore = epoch;
      const standing = await readStanding(store, orgId, actor);
      if (epoch === epochBefore) cache.set(subject, { standing });
      return standing;
    },
  };
}

import { LRUCache } from 'lru-cache';
import { ceilingOf, type Role } from '../kernel/access.ts';
import { createCacheFigures } from '../kernel/cache-figures.ts';
import type { Actor, Standing } from '../kernel/credential.ts';
import { inTime } from '../kernel/in-time.ts';
import type { OrganisationId } from '../kernel/ids.ts';
import { createOnlyFrom } from '../kernel/only-from.ts';
import type { Organisation } from '../store/queries/people.ts';
import type { Soon } from '../kernel/soon.ts';
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
    return role && standingAs(role, organisation, await queries.organisationSlugs.listFormer(orgId));
  }
  const agent = await queries.people.findAgent(orgId, actor.id);
  if (agent === undefined || agent.suspendedAt !== null) return undefined;
  return standingAs(agent.role, organisation, await queries.organisationSlugs.listFormer(orgId));
}

function standingAs(
  role: Role,
  organisation: Organisation,
  former: readonly { slug: string; aliasUntil: Date | null }[],
): Standing {
  return {
    orgSlug: organisation.slug,
    formerSlugs: former.map(({ aliasUntil, slug }) => ({ slug, aliasUntilMs: aliasUntil?.getTime() ?? 0 })),
    role,
    ceiling: ceilingOf(role, organisation.maxAccess),
    onlyFrom: createOnlyFrom(organisation.addresses, organisation.addressScope),
    limits: {
      perKey: organisation.callsPerKey,
      perOrganisation: organisation.callsPerOrganisation,
      monthly: { calls: organisation.monthlyCalls, credits: organisation.monthlyCredits },
      atOnce: { perKey: organisation.callsAtOncePerKey, perOrganisation: organisation.callsAtOnce },
    },
  };
}

/** The same, from memory until the change feed says that something about it changed. */
export function createStandings({ store, feed }: { store: Store; feed: ChangeFeed }) {
  const cache = new LRUCache<string, { standing: Standing | undefined }>({ max: CACHED_STANDINGS_MAX });
  const figures = createCacheFigures(() => cache.size);
  let epoch = 0;

  function forget(subject: string): void {
    epoch += 1;
    cache.delete(subject);
  }

  function forgetAll(): void {
    epoch += 1;
    cache.clear();
  }

  feed.on('member', forget);
  feed.on('agent', forget);
  // Suspending, renaming, other limits: rare, and it concerns everyone in the organisation.
  feed.on('organisation', forgetAll);
  feed.onMissed(forgetAll);

  async function find(subject: string, orgId: OrganisationId, actor: Actor): Promise<Standing | undefined> {
    const epochBefore = epoch;
    const standing = await inTime(readStanding(store, orgId, actor));
    if (epoch === epochBefore) cache.set(subject, { standing });
    return standing;
  }

  return {
    figures,

    of(orgId: OrganisationId, actor: Actor): Soon<Standing | undefined> {
      const subject = `${orgId}:${actor.id}`;
      const cached = feed.isCurrent() ? cache.get(subject) : undefined;
      if (cached !== undefined) {
        figures.hits += 1;
        return cached.standing;
      }
      figures.misses += 1;
      return find(subject, orgId, actor);
    },
  };
}

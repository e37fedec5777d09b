import type { Clock } from '../../kernel/clock.ts';
import type { UserId } from '../../kernel/ids.ts';
import type { Keys, ListedKey } from '../../keys/keys.ts';
import type { Membership } from '../../people/company/reach.ts';
import { presentKey } from '../keys/present-key.ts';
import { readPlace, writePlace } from '../place-cursor.ts';

const PAGE_ITEMS = 100;

type Organisation = Membership['organisation'];

/** What a person connected that still works, in all of these organisations, the newest first, a hundred at a time. */
export async function listOwnConnections(
  { clock, keys }: { clock: Clock; keys: Pick<Keys, 'page'> },
  {
    cursor,
    organisations,
    q = '',
    userId,
  }: {
    readonly organisations: readonly Organisation[];
    readonly userId: UserId;
    readonly q?: string | undefined;
    readonly cursor?: string | undefined;
  },
) {
  const text = q.trim();
  const after = readPlace(cursor, 'time');
  const pages = await Promise.all(
    organisations.map(async (organisation) => {
      // Who looks for an organisation looks for all that is in it.
      const isNamed = organisation.name.toLowerCase().includes(text.toLowerCase());
      const filter = {
        orgId: organisation.id,
        userId,
        state: 'active' as const,
        madeBy: 'connection' as const,
        q: isNamed ? undefined : text,
      };
      const page = await keys.page(filter, { sort: 'created', after });
      return { ...page, items: page.items.map((item) => ({ item, organisation })) };
    }),
  );
  const found = pages
    .flatMap(({ items }) => items)
    .toSorted((one, other) => newestFirst(one.item, other.item));
  const items = found.slice(0, PAGE_ITEMS);
  const isMore = found.length > PAGE_ITEMS || pages.some(({ next }) => next !== undefined);
  const last = isMore ? items.at(-1)?.item : undefined;
  const nowMs = clock.nowMs();
  return {
    items: items.map(({ item, organisation: { name, slug } }) => ({
      organisation: { slug, name },
      connection: presentKey(item, nowMs, userId),
    })),
    next_cursor: last === undefined ? null : writePlace({ at: last.place, id: last.key.id }),
    total: pages.reduce((sum, { counts }) => sum + counts.active, 0),
  };
}

/** As each organisation's page is ordered: by microseconds since 1970, then by id. */
function newestFirst(one: ListedKey, other: ListedKey): number {
  const [at, otherAt] = [BigInt(one.place), BigInt(other.place)];
  if (at !== otherAt) return at > otherAt ? -1 : 1;
  return one.key.id > other.key.id ? -1 : 1;
}

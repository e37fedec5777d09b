import type { Role } from '../../kernel/access.ts';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { ListedMember } from '../../store/queries/members.ts';
import type { Store } from '../../store/store.ts';

export type { ListedMember } from '../../store/queries/members.ts';

const PAGE_ITEMS = 100;

export interface MemberPage {
  readonly items: ListedMember[];
  /** Of the page after this one; null: there is none. */
  readonly nextCursor: string | null;
  /** On all pages. */
  readonly total: number;
}

export type ListMembers = (
  orgId: OrganisationId,
  wanted: { text: string; role?: Role | undefined; cursor?: string | undefined },
) => Promise<MemberPage>;

/** Who belongs to an organisation, by address, a hundred at a time. */
export function createListMembers({ store }: { store: Store }): ListMembers {
  return async (orgId, { cursor, role, text }) => {
    const wanted = { text: text.trim(), role };
    const after = cursor === undefined ? undefined : emailOf(cursor);
    const [found, total] = await Promise.all([
      store.members.listPage(orgId, { ...wanted, after, limit: PAGE_ITEMS + 1 }),
      store.members.countWanted(orgId, wanted),
    ]);
    const items = found.slice(0, PAGE_ITEMS);
    const last = found.length > PAGE_ITEMS ? items.at(-1) : undefined;
    return { items, total, nextCursor: last === undefined ? null : cursorOf(last.email) };
  };
}

function cursorOf(email: string): string {
  return Buffer.from(email).toString('base64url');
}

/** What was made up is only somewhere else in the list. NUL is what the database would not take. */
function emailOf(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString('utf8').replaceAll('\0', '');
}

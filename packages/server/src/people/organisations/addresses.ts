import { recordEvent } from '../../audit/record-event.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { OrganisationId, RequestId, UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Store } from '../../store/store.ts';
import { can } from '../policy.ts';
import { refusableTransaction } from '../refusable-transaction.ts';
import { parseSlug, type SlugFault } from './slug.ts';

/** For so long who uses a former address has time to change it. */
export const ALIAS_DAYS = 30;
/** No other organisation ever gets one of them, so that nobody may collect them. */
export const ADDRESSES_MAX = 10;

export type AddressFault =
  | SlugFault
  /** Another organisation has it, or had it once. */
  | 'slug_taken'
  | 'same'
  | 'changed_meanwhile'
  /** The operator's file says what it is. */
  | 'declared'
  | 'too_many'
  | 'forbidden';

export interface OrganisationAddress {
  readonly slug: string;
  readonly isDeclared: boolean;
  /** Null: it does not work any more. */
  readonly former: readonly { readonly slug: string; readonly worksUntil: Date | null }[];
  /** Live ones that were made at the address of today. */
  readonly uses: { readonly connections: number; readonly apps: number };
  /** How many more new ones there may be. */
  readonly left: number;
}

/** The slug of an organisation, which stands in its URLs, and those that it had. */
export function createAddresses({ store, clock }: { store: Store; clock: Clock }) {
  return {
    async of(orgId: OrganisationId): Promise<OrganisationAddress | undefined> {
      const found = await store.people.findOrganisation(orgId);
      if (found === undefined) return undefined;
      const [former, uses] = await Promise.all([
        store.organisationSlugs.listFormer(orgId),
        store.organisationSlugs.countUses(orgId, found.slug),
      ]);
      return {
        slug: found.slug,
        isDeclared: found.declared,
        former: former.map(({ aliasUntil, slug }) => ({
          slug,
          worksUntil: aliasUntil !== null && aliasUntil.getTime() > clock.nowMs() ? aliasUntil : null,
        })),
        uses,
        left: Math.max(0, ADDRESSES_MAX - 1 - former.length),
      };
    },

    /** `was`: the address that the person saw. At once on every node; the one before works for 30 days more. */
    change(change: {
      readonly orgId: OrganisationId;
      readonly was: string;
      readonly becomes: string;
      readonly by: UserId;
      readonly requestId: RequestId;
    }): Promise<Result<string, AddressFault>> {
      const { by, orgId, requestId, was } = change;
      return refusableTransaction(store, async (queries) => {
        await queries.people.lockMembers(orgId);
        const role = await queries.people.roleOf(orgId, by);
        if (role === undefined || !can(role, 'organisation.rename')) return fail('forbidden');
        const organisation = await queries.people.findOrganisation(orgId);
        if (organisation === undefined) return fail('forbidden');
        if (organisation.declared) return fail('declared');
        const slug = parseSlug(change.becomes);
        if (!slug.ok) return slug;
        if (organisation.slug !== was) return fail('changed_meanwhile');
        if (slug.value === was) return fail('same');
        const { organisationSlugs } = queries;
        const isOwn = await organisationSlugs.isOf(orgId, slug.value);
        if (!isOwn && (await organisationSlugs.count(orgId)) >= ADDRESSES_MAX) return fail('too_many');
        const wanted = { from: was, to: slug.value, aliasDays: ALIAS_DAYS };
        if (!(await organisationSlugs.change(orgId, wanted))) return fail('slug_taken');
        await queries.changes.add('organisation', orgId);
        await recordEvent(queries, clock, {
          orgId,
          action: 'organisation.slug_changed',
          actor: { kind: 'user', id: by },
          target: orgId,
          requestId,
          outcome: 'ok',
          detail: { from: was, to: slug.value, alias_days: ALIAS_DAYS },
        });
        return ok(slug.value);
      });
    },
  };
}

export type Addresses = ReturnType<typeof createAddresses>;

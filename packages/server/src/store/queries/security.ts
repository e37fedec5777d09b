import { and, count, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Access } from '../../kernel/access.ts';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { AddressScope } from '../../kernel/only-from.ts';
import type { Executor } from '../database.ts';
import {
  companyIdentities,
  grants,
  keys,
  memberships,
  organisations,
  passkeys,
  totpFactors,
  users,
  type ClientPolicy,
  type TokenMode,
} from '../schema.ts';

/** What an organisation asks of whoever does anything in it. */
export interface SecuritySettings {
  readonly secondFactorRequired: boolean;
  /** How old a sign-in may be. */
  readonly sessionHours: number;
  readonly clientPolicy: ClientPolicy;
  readonly maxAccess: Access;
  /** Networks and addresses; none: from everywhere. */
  readonly addresses: readonly string[];
  readonly addressScope: AddressScope;
  readonly tokenMode: TokenMode;
}

/** An organisation's security settings, and whom a change of them would concern. */
export function createSecurityQueries(executor: Executor) {
  return {
    /** After `lockMembers`. */
    async set(orgId: OrganisationId, settings: SecuritySettings): Promise<void> {
      const { addresses, addressScope, clientPolicy, maxAccess } = settings;
      const { secondFactorRequired, sessionHours, tokenMode } = settings;
      await executor
        .update(organisations)
        .set({
          secondFactorRequired,
          sessionHours,
          clientPolicy,
          maxAccess,
          addresses: [...addresses],
          addressScope,
          tokenMode,
        })
        .where(eq(organisations.id, orgId));
    },

    /** Its people, and those of them who could show no second factor: who comes through the company is not asked. */
    async countPeople(orgId: OrganisationId): Promise<{ all: number; withoutSecondFactor: number }> {
      const isWithout = sql`
        not exists (select 1 from ${totpFactors} where ${totpFactors.userId} = ${memberships.userId}
                    and ${totpFactors.confirmedAt} is not null)
        and not exists (select 1 from ${passkeys} where ${passkeys.userId} = ${memberships.userId})
        and not exists (select 1 from ${companyIdentities} where ${companyIdentities.orgId} = ${memberships.orgId}
                        and ${companyIdentities.userId} = ${memberships.userId})`;
      const [row] = await executor
        .select({
          all: count(),
          withoutSecondFactor: sql<number>`(count(*) filter (where ${isWithout}))::int`,
        })
        .from(memberships)
        .innerJoin(users, eq(users.id, memberships.userId))
        .where(and(eq(memberships.orgId, orgId), isNull(users.disabledAt)));
      return row ?? { all: 0, withoutSecondFactor: 0 };
    },

    /** Live connections, and keys that were made by hand; `full`: those of them with full access. */
    async countHeld(orgId: OrganisationId): Promise<{
      connections: { all: number; full: number };
      keys: { all: number; full: number };
    }> {
      const isFull = (column: typeof grants.access | typeof keys.access) =>
        sql<number>`(count(*) filter (where ${column} = 'full'))::int`;
      const [[held], [made]] = await Promise.all([
        executor
          .select({ all: count(), full: isFull(grants.access) })
          .from(grants)
          .where(and(eq(grants.orgId, orgId), isNull(grants.revokedAt), gt(grants.expiresAt, sql`now()`))),
        executor
          .select({ all: count(), full: isFull(keys.access) })
          .from(keys)
          .where(
            and(
              eq(keys.orgId, orgId),
              isNull(keys.grantId),
              isNull(keys.revokedAt),
              or(isNull(keys.expiresAt), gt(keys.expiresAt, sql`now()`)),
            ),
          ),
      ]);
      const none = { all: 0, full: 0 };
      return { connections: held ?? none, keys: made ?? none };
    },
  };
}

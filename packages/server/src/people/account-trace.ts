import { toAuditRow } from '../audit/entry.ts';
import type { Clock } from '../kernel/clock.ts';
import type { RequestId, UserId } from '../kernel/ids.ts';
import type { Queries } from '../store/store.ts';

/** Whose request it is that changes somebody's own account. */
export interface AccountActor {
  readonly userId: UserId;
  readonly requestId?: RequestId | undefined;
}

/** What people do with their own account is seen in each of their organisations: all of them trust it. */
export async function traceAccount(
  queries: Queries,
  clock: Clock,
  { userId, requestId }: AccountActor,
  entry: { action: string; detail?: Record<string, unknown>; outcome?: 'ok' | 'refused' },
): Promise<void> {
  const memberships = await queries.people.listOrganisationsOf(userId);
  const orgIds =
    memberships.length === 0 ? [undefined] : memberships.map(({ organisation }) => organisation.id);
  const { action, detail, outcome = 'ok' } = entry;
  const actor = { kind: 'user', id: userId } as const;
  await queries.audit.insertMany(
    orgIds.map((orgId) =>
      toAuditRow({ orgId, action, actor, target: userId, requestId, outcome, detail }, 'event', clock),
    ),
  );
}

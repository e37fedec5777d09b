import type { AuditEntry } from '../../audit/entry.ts';
import { recordEvent } from '../../audit/record-event.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { OrganisationId, RequestId, UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Queries, Store } from '../../store/store.ts';
import { can, type Action } from '../policy.ts';
import { refusableTransaction } from '../refusable-transaction.ts';

/** A change of something that an organisation says of itself, by one of its people. */
export interface SettingChange<Setting> {
  readonly orgId: OrganisationId;
  /** What the person saw. Nothing is changed if it is something else by now. */
  readonly was: Setting;
  readonly becomes: Setting;
  readonly by: UserId;
  readonly requestId: RequestId;
}

export type SettingFault = 'changed_meanwhile' | 'forbidden';

/**
 * Changes it, if the person may, and writes down what it was. `change`: false where it is not what was seen; it holds on
 * to the organisation's row, as whoever removes a member does, so that the right that is asked for next is today's.
 */
export function changeSetting(
  { clock, store }: { clock: Clock; store: Store },
  {
    action,
    by,
    detail,
    needs,
    orgId,
    requestId,
    tellsNodes,
  }: Pick<SettingChange<unknown>, 'by' | 'orgId' | 'requestId'> &
    Pick<AuditEntry, 'action' | 'detail'> & {
      readonly needs: Action;
      /** Every node keeps it in memory. */
      readonly tellsNodes: boolean;
    },
  change: (queries: Queries) => Promise<boolean>,
): Promise<Result<void, SettingFault>> {
  return refusableTransaction(store, async (queries) => {
    if (!(await change(queries))) return fail('changed_meanwhile');
    const role = await queries.people.roleOf(orgId, by);
    if (role === undefined || !can(role, needs)) return fail('forbidden');
    if (tellsNodes) await queries.changes.add('organisation', orgId);
    await recordEvent(queries, clock, {
      orgId,
      action,
      actor: { kind: 'user', id: by },
      target: orgId,
      requestId,
      outcome: 'ok',
      detail,
    });
    return ok(undefined);
  });
}

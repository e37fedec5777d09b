import { recordEvent } from '../audit/record-event.ts';
import type { Clock } from '../kernel/clock.ts';
import type { OrganisationId, RequestId, UserId } from '../kernel/ids.ts';
import { requireRight } from '../people/require-right.ts';
import type { Store } from '../store/store.ts';
import { endAllGrants } from './end-all.ts';

/**
 * "Sign everyone out": nothing that was issued in the organisation before now is good any more, on every node. Times of
 * issue are not compared, which would let through what was issued within the same second: each grant is ended. Keys
 * that people made by hand stay.
 */
export function createSignEveryoneOut({ store, clock }: { store: Store; clock: Clock }) {
  return (order: {
    orgId: OrganisationId;
    orderedBy: UserId;
    requestId: RequestId;
  }): Promise<{ connections: number; machines: number }> =>
    store.transaction(async (queries) => {
      const { orgId, orderedBy, requestId } = order;
      await requireRight(queries, { orgId, by: orderedBy, needs: 'connections.revoke.any' });
      const ended = await endAllGrants(queries, orgId, 'everyone_signed_out');
      await recordEvent(queries, clock, {
        orgId,
        action: 'organisation.signed_out',
        actor: { kind: 'user', id: orderedBy },
        requestId,
        outcome: 'ok',
        detail: { ended_connections: ended.connections, restarted_machines: ended.machines },
      });
      return ended;
    });
}

export type SignEveryoneOut = ReturnType<typeof createSignEveryoneOut>;

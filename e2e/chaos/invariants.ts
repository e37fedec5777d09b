// What must hold whatever happened, by the database's rows and the API's own count.
import type { MadeCall } from './callers.ts';
import type { Revocation } from './revoker.ts';
import type { World } from './world.ts';

export interface Found {
  readonly calls: number;
  readonly ok: number;
  readonly refused: number;
  readonly broken: number;
  /** Of the writes among them, those whose callers were told that they are done. */
  readonly acknowledged: number;
  /** Acknowledged, and never arrived at the API. */
  readonly acknowledgedNotMade: number;
  /** Acknowledged, or arrived at the API, without a durable intent. */
  readonly withoutIntent: number;
  readonly madeTwice: number;
  /** Revocations that were answered with yes and are not in the database. */
  readonly revocationsLost: number;
  readonly auditHolds: boolean;
  /** A sentence for each thing that does not hold. */
  readonly faults: readonly string[];
}

/** `calls` and `revocations`: of one scenario. The database must answer. */
export async function checkInvariants(
  world: World,
  calls: readonly MadeCall[],
  revocations: readonly Revocation[],
): Promise<Found> {
  const writes = calls.filter(({ title }) => title !== undefined);
  const acknowledged = writes.filter(({ outcome }) => outcome === 'ok');
  const arrivalsOf = (call: MadeCall) => world.upstream.byTitle.get(call.title ?? '') ?? [];
  const named = new Set([
    ...acknowledged.map(({ requestId }) => requestId),
    ...writes.flatMap((call) => arrivalsOf(call).map(({ requestId }) => requestId)),
  ]);
  const announced = new Set(
    (
      await world.query<{ request_id: string }>(
        `select request_id from audit_events where phase = 'intent' and request_id = any($1)`,
        [[...named]],
      )
    ).map((row) => row.request_id),
  );
  const withoutIntent = [...named].filter((id) => !announced.has(id)).length;
  const madeTwice = writes.filter((call) => arrivalsOf(call).length > 1).length;
  const acknowledgedNotMade = acknowledged.filter((call) => arrivalsOf(call).length === 0).length;
  const revoked = await world.query<{ id: string }>(
    'select id from grants where id = any($1) and revoked_at is not null',
    [revocations.map(({ grantId }) => grantId)],
  );
  const revocationsLost = revocations.length - revoked.length;
  const audit = await world.verifyAudit();
  const faults = [
    withoutIntent > 0 && `${withoutIntent} writes without their intent`,
    madeTwice > 0 && `${madeTwice} calls were made twice`,
    acknowledgedNotMade > 0 && `${acknowledgedNotMade} writes were acknowledged and never made`,
    revocationsLost > 0 && `${revocationsLost} revocations were acknowledged and are not there`,
    !audit.ok && `the audit log does not verify: ${audit.output.trim()}`,
  ].filter((fault) => fault !== false);
  return {
    calls: calls.length,
    ok: calls.filter(({ outcome }) => outcome === 'ok').length,
    refused: calls.filter(({ outcome }) => outcome === 'refused').length,
    broken: calls.filter(({ outcome }) => outcome === 'broken').length,
    acknowledged: acknowledged.length,
    acknowledgedNotMade,
    withoutIntent,
    madeTwice,
    revocationsLost,
    auditHolds: audit.ok,
    faults,
  };
}

import { recordEvent } from './audit/record-event.ts';
import { endAllGrants } from './grants/end-all.ts';
import { newSigningKey } from './grants/signing-key.ts';
import type { Clock } from './kernel/clock.ts';
import { deriveKey } from './kernel/seal.ts';
import type { Queries } from './store/store.ts';

export interface EndedAccess {
  readonly connections: number;
  readonly machines: number;
  readonly keys: number;
  readonly sessions: number;
  readonly links: number;
}

/**
 * Within the transaction of a restore: whatever may have been revoked since the backup was made is not good again.
 * People sign in, apps are connected and keys are made anew; machines come back by what they prove themselves by.
 */
export async function endRestoredAccess(
  queries: Queries,
  { clock, masterSecret }: { clock: Clock; masterSecret: string },
): Promise<EndedAccess> {
  const { restored } = queries;
  const links = await restored.endLinks();
  const sessions = await restored.endSessions();
  const keys = await restored.endKeys();
  let [connections, machines] = [0, 0];
  for (const orgId of await restored.everyOrganisation()) {
    const ended = await endAllGrants(queries, orgId, 'restored');
    connections += ended.connections;
    machines += ended.machines;
    await recordEvent(queries, clock, {
      orgId,
      action: 'organisation.signed_out',
      actor: { kind: 'operator' },
      outcome: 'ok',
      detail: {
        reason: 'restored',
        ended_connections: ended.connections,
        restarted_machines: ended.machines,
      },
    });
  }
  await restored.endSigningKeys();
  await queries.signingKeys.insertActive(newSigningKey(deriveKey(masterSecret, 'signing keys')));
  return { connections, machines, keys, sessions, links };
}

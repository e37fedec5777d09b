import { newId, type OrganisationId } from '../kernel/ids.ts';
import { revokeGrants } from '../keys/revoke.ts';
import type { Queries } from '../store/store.ts';
import { MACHINE_GRANT_DAYS } from './lifetimes.ts';

/**
 * Ends all that was issued in an organisation, and all that was decided but not yet issued, within a transaction that
 * then says why. It holds the organisation's row, which every new grant needs: whatever begins meanwhile either is seen
 * and ended here, or waits, and then sees that it was decided too early.
 *
 * A machine's grant is replaced by a fresh one. Its tokens die with the old grant, and the machine asks again with
 * what it proves itself by; ending that would need a new client for each of them (decision 13).
 */
export async function endAllGrants(
  queries: Queries,
  orgId: OrganisationId,
  reason: string,
): Promise<{ connections: number; machines: number }> {
  await queries.people.lockMembers(orgId);
  await queries.people.invalidateTokens(orgId);
  const machines = await queries.portalClients.listLiveMachines(orgId);
  const ended = new Set(await revokeGrants(queries, orgId, await queries.grants.listLive(orgId), reason));
  const renewed = machines.filter(({ grant }) => ended.has(grant.id));
  for (const { grant, keyName } of renewed) {
    const { agentId, clientId, access, resource, destination } = grant;
    if (agentId === null) throw new Error('the grant of a machine without its agent');
    const place = { orgId, agentId, access };
    const fresh = await queries.portalClients.createMachineGrant({
      ...place,
      id: newId('grt'),
      clientId,
      resource,
      destination,
      lifetimeDays: MACHINE_GRANT_DAYS,
    });
    await queries.keys.create({
      ...place,
      id: newId('key'),
      grantId: fresh.id,
      name: keyName,
      expiresAt: fresh.expiresAt,
    });
  }
  return { connections: ended.size - renewed.length, machines: renewed.length };
}

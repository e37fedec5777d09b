import type { z } from 'zod';
import type { Role } from '../../kernel/access.ts';
import type { UserId } from '../../kernel/ids.ts';
import type { KeyDetail } from '../../keys/keys.ts';
import { can } from '../../people/policy.ts';
import { presentUsage } from '../usage/usage.ts';
import type { GET_KEY } from './described.ts';
import type { KeyRoutesDeps } from './keys.ts';
import { presentKey } from './present-key.ts';

type Presented = z.input<typeof GET_KEY.answer>;

/**
 * People replace the secrets of their own keys, admins those of agents' too. Nobody gets a secret by which they would be
 * somebody else.
 */
export function mayRotate(
  role: Role,
  self: UserId,
  { agentId, userId }: Pick<KeyDetail['key'], 'agentId' | 'userId'>,
): boolean {
  return agentId === null ? userId === self : can(role, 'agents.manage');
}

/** A key with what led to it and what was done with it. */
export async function presentDetail(
  found: KeyDetail,
  deps: KeyRoutesDeps & { role: Role; userId: UserId },
): Promise<Presented> {
  const { clock, keys, role, usageReport, userId } = deps;
  const { key } = found;
  const nowMs = clock.nowMs();
  const shown = presentKey(found, nowMs, userId);
  const [chain, usage, calls] = await Promise.all([
    chainOf(found, deps),
    usageReport.report({ orgId: key.orgId, range: '30d', key: key.id }, 'tool', 1),
    keys.lastCalls(key),
  ]);
  const oldUntil = key.previousHash === null ? null : key.previousExpiresAt;
  return {
    ...shown,
    can_rotate: shown.status === 'active' && shown.made_by !== 'connection' && mayRotate(role, userId, key),
    old_secret_until:
      shown.status === 'active' && key.grantId === null && oldUntil !== null && oldUntil.getTime() > nowMs
        ? oldUntil.toISOString()
        : null,
    chain,
    usage: {
      from: usage.from.toISOString(),
      to: usage.to.toISOString(),
      step_seconds: usage.stepSeconds,
      totals: presentUsage(usage.totals),
      series: usage.series.map(({ at, ...counted }) => ({ at: at.toISOString(), ...presentUsage(counted) })),
    },
    calls: calls.items.map((call) => ({
      id: String(call.id),
      at: new Date(call.atMs).toISOString(),
      action: call.action,
      tool: call.tool,
      app: call.clientName,
      result: call.outcome,
      status: call.status,
      duration_ms: call.durationMs,
      request_id: call.requestId,
    })),
    calls_are_all: calls.areAll,
  };
}

async function chainOf(
  { client, clientName, grant, key, madeByEmail, userEmail }: KeyDetail,
  { clientRules, mcpBaseUrl }: KeyRoutesDeps,
): Promise<Presented['chain']> {
  if (grant === null || client === null) {
    return {
      by: madeByEmail ?? (key.agentId === null ? userEmail : null),
      how: 'hand',
      at: key.createdAt.toISOString(),
      app: null,
      destination: null,
      url: null,
      issuer: null,
    };
  }
  const standing = await clientRules.standingOf(key.orgId, client, grant.destination);
  const isMachine = grant.agentId !== null;
  return {
    by: userEmail,
    how: isMachine ? 'machine' : grant.issuer === null ? 'consent' : 'identity_provider',
    at: grant.createdAt.toISOString(),
    app: {
      id: client.id,
      name: clientName,
      tier: standing.kind,
      host: standing.kind === 'identified' ? standing.host : null,
    },
    destination: isMachine ? null : grant.destination,
    url: mcpBaseUrl + grant.resource,
    issuer: grant.issuer,
  };
}

import { Hono } from 'hono';
import { z } from 'zod';
import { EXPIRING_DAYS, UNUSED_DAYS, type ReadOverview } from '../../audit/overview.ts';
import { can } from '../../people/policy.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';

const count = z.number().int();

const GET = {
  id: 'get_overview',
  summary: 'See how the organisation is doing',
  description:
    'Whether anybody is connected and has called anything, and what needs care: keys that nobody uses, connections that are about to end, connectors and webhooks that fail. Admins see everybody’s, others their own.',
  answer: z.object({
    whose: z.enum(['all', 'own']),
    connected: z.boolean(),
    called: z.boolean(),
    unused_keys: z.object({ count, days: count }).describe('Keys that work and were not used for so long.'),
    expiring_connections: z.object({ count, days: count }).describe('Connections that end within so long.'),
    failing_connectors: z
      .array(z.object({ connector: z.string(), calls: count, failed: count }))
      .describe('Where at least a fifth of the calls of the last 24 hours failed behind Latchkey.'),
    webhooks_in_trouble: z
      .array(z.object({ host: z.string(), description: z.string(), is_off: z.boolean() }))
      .describe('Webhooks at which nothing arrives; off: nothing is sent to them any more. For admins.'),
  }),
} as const;

export interface OverviewRoutesDeps {
  readOverview: ReadOverview;
}

/** `/portal/v1/organisations/{org}/overview`: what its home page says of it. */
export function createOverviewRoutes({ readOverview }: OverviewRoutesDeps): Hono<OrganisationEnv> {
  return new Hono<OrganisationEnv>().get('/', describeRoute(GET), async (context) => {
    const { id, role } = context.get('organisation');
    const seesAll =
      can(role, 'keys.read.any') && can(role, 'connections.read.any') && can(role, 'usage.read.any');
    const overview = await readOverview(id, {
      ownedBy: seesAll ? undefined : context.get('user').userId,
      withUsage: can(role, 'usage.read'),
      withWebhooks: can(role, 'settings.manage'),
    });
    return context.json({
      whose: seesAll ? 'all' : 'own',
      connected: overview.connected,
      called: overview.called,
      unused_keys: { count: overview.unusedKeys, days: UNUSED_DAYS },
      expiring_connections: { count: overview.expiringConnections, days: EXPIRING_DAYS },
      failing_connectors: overview.failingConnectors.map(({ calls, connector, failed }) => ({
        connector,
        calls,
        failed,
      })),
      webhooks_in_trouble: overview.troubledWebhooks.map(({ description, host, isOff }) => ({
        host,
        description,
        is_off: isOff,
      })),
    });
  });
}

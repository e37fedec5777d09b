import { Hono } from 'hono';
import { z } from 'zod';
import type { SignEveryoneOut } from '../../grants/sign-everyone-out.ts';
import type { Role } from '../../kernel/access.ts';
import type { OrganisationId } from '../../kernel/ids.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import { access, nothing, role } from '../shapes.ts';

const count = z.int().nonnegative();

const GET = {
  id: 'get_organisation',
  summary: 'Get the organisation',
  description:
    'Its name, your role in it, the most that anything in it may be given, its connector URL, how its tools are offered, and how many there are for read-only and for full access.',
  callers: 'anyone',
  answer: z.object({
    slug: z.string(),
    name: z.string(),
    role,
    max_access: access.describe('More than this no connection and no key in it reaches, whoever holds it.'),
    connector_url: z.string(),
    tools: z.object({ read: count, full: count }),
    mode: z.enum(['full', 'search']),
    mode_warning: z.string().nullable(),
    toolsets: z.array(z.object({ slug: z.string(), url: z.string() })),
  }),
} as const;

const SIGN_EVERYONE_OUT = {
  id: 'sign_everyone_out',
  summary: 'Sign everyone out',
  description:
    'Ends all connections of the organisation at once; every member has to connect each app anew. Machines start over.',
  action: 'connections.revoke.any',
  callers: 'person',
  isDangerous: true,
  body: nothing,
  answer: z.object({ ended_connections: count, restarted_machines: count }),
} as const;

export interface OrganisationDeps {
  mcpBaseUrl: string;
  toolCounts: (orgId: OrganisationId, role: Role) => Promise<{ read: number; full: number }>;
  /** How its tools are offered at its connector URL, and the slugs of the toolsets that have URLs of their own. */
  offeringOf: (
    orgId: OrganisationId,
    role: Role,
  ) => Promise<{ mode: 'full' | 'search'; warning?: string | undefined; toolsets: readonly string[] }>;
  signEveryoneOut: SignEveryoneOut;
}

/** `/portal/v1/organisations/{org}`: what its home page shows, and what ends everything at once. */
export function createOrganisation({
  mcpBaseUrl,
  toolCounts,
  offeringOf,
  signEveryoneOut,
}: OrganisationDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', describeRoute(GET), async (context) => {
    const { id, slug, maxAccess, name, role } = context.get('organisation');
    const [counts, offering] = await Promise.all([toolCounts(id, role), offeringOf(id, role)]);
    const connectorUrl = `${mcpBaseUrl}/mcp/${slug}`;
    return context.json({
      slug,
      name,
      role,
      max_access: maxAccess,
      connector_url: connectorUrl,
      tools: { read: counts.read, full: counts.full },
      mode: offering.mode,
      mode_warning: offering.warning ?? null,
      toolsets: offering.toolsets.map((toolset) => ({ slug: toolset, url: `${connectorUrl}/t/${toolset}` })),
    });
  });

  app.post('/sign-everyone-out', describeRoute(SIGN_EVERYONE_OUT), async (context) => {
    const ended = await signEveryoneOut({
      orgId: context.get('organisation').id,
      orderedBy: context.get('user').userId,
      requestId: context.get('requestId'),
    });
    return context.json({ ended_connections: ended.connections, restarted_machines: ended.machines });
  });

  return app;
}

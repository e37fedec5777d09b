import { Hono } from 'hono';
import { z } from 'zod';
import type { SignEveryoneOut } from '../../grants/sign-everyone-out.ts';
import type { Role } from '../../kernel/access.ts';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { OrganisationEnv } from '../env.ts';
import { requireRole } from '../guards.ts';
import { readBody } from '../read-body.ts';

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

  app.get('/', async (context) => {
    const { id, slug, name, role } = context.get('organisation');
    const [counts, offering] = await Promise.all([toolCounts(id, role), offeringOf(id, role)]);
    const connectorUrl = `${mcpBaseUrl}/mcp/${slug}`;
    return context.json({
      slug,
      name,
      role,
      connector_url: connectorUrl,
      tools: { read: counts.read, full: counts.full },
      mode: offering.mode,
      mode_warning: offering.warning ?? null,
      toolsets: offering.toolsets.map((toolset) => ({ slug: toolset, url: `${connectorUrl}/t/${toolset}` })),
    });
  });

  app.post('/sign-everyone-out', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'connections.revoke.any');
    await readBody(context, z.strictObject({}));
    const ended = await signEveryoneOut({
      orgId: organisation.id,
      orderedBy: context.get('user').userId,
      requestId: context.get('requestId'),
    });
    return context.json({ ended_connections: ended.connections, restarted_machines: ended.machines });
  });

  return app;
}

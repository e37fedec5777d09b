import { Hono } from 'hono';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { OrganisationEnv } from '../env.ts';

export interface OrganisationDeps {
  mcpBaseUrl: string;
  toolCounts: (orgId: OrganisationId) => Promise<{ read: number; full: number }>;
}

/** `GET /portal/v1/organisations/{org}`: what its home page shows. */
export function createOrganisation({ mcpBaseUrl, toolCounts }: OrganisationDeps): Hono<OrganisationEnv> {
  return new Hono<OrganisationEnv>().get('/', async (context) => {
    const { id, slug, name, role } = context.get('organisation');
    const counts = await toolCounts(id);
    return context.json({
      slug,
      name,
      role,
      connector_url: `${mcpBaseUrl}/mcp/${slug}`,
      tools: { read: counts.read, full: counts.full },
    });
  });
}

import type { Catalogues } from '../../connectors/catalogues.ts';
import type { McpServers } from '../../connectors/mcp-servers.ts';
import type { McpView, OrganisationView } from '../../connectors/organisation-view.ts';
import type { Principal } from '../../kernel/principal.ts';
import type { Resource } from '../../kernel/resource.ts';

export type HeardView = (principal: Principal, resource: Resource) => Promise<OrganisationView>;

/**
 * The view of an organisation for somebody who wants to see its tools. Its MCP servers are asked again, if they were not
 * lately; one that was never heard of is waited for, for a moment.
 */
export function createHeardView({
  catalogues,
  servers,
}: {
  catalogues: Catalogues;
  servers: Pick<McpServers, 'used' | 'firstLists'>;
}): HeardView {
  return async (principal, resource) => {
    const { orgId, role } = principal;
    const view = await catalogues.of(orgId, role);
    const shown = serversAt(view, resource);
    if (shown.length === 0) return view;
    for (const { target } of shown) servers.used(target, principal);
    if (shown.every(({ isListed }) => isListed)) return view;
    await servers.firstLists(shown, principal);
    // Also where nobody was waited for: a list may have come while the view was being read.
    return catalogues.of(orgId, role);
  };
}

function serversAt({ connectors }: OrganisationView, resource: Resource): McpView[] {
  const views = [...connectors.values()].filter((view) => view.kind === 'mcp');
  return resource.kind === 'connector'
    ? views.filter(({ target }) => target.slug === resource.connector)
    : views;
}

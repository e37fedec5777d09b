import type { Role } from '../kernel/access.ts';
import type { OrganisationId } from '../kernel/ids.ts';
import { parseResourcePath } from '../kernel/resource.ts';
import type { Catalogues } from './catalogues.ts';
import { countTools, toolSetAt, type OrganisationView, type ToolCounts } from './organisation-view.ts';

export interface ToolsAtPlace extends ToolCounts {
  /** Which part of the organisation's tools it is, in words; undefined: all of them. Names are from outside. */
  readonly part?: string | undefined;
}

const NO_TOOLS: ToolCounts = { read: 0, full: 0, consumesCredits: false };

/** What the place at a path of the MCP door offers to an organisation, for people who decide about access to it. */
export function createToolsAt({
  catalogues,
  connectorPaths,
}: {
  catalogues: Catalogues;
  connectorPaths: readonly string[];
}): (orgId: OrganisationId, role: Role, path: string) => Promise<ToolsAtPlace> {
  return async (orgId, role, path) => {
    const view = await catalogues.of(orgId, role);
    const resource = parseResourcePath(path, connectorPaths);
    const toolSet = resource && toolSetAt(view, resource);
    const counts = toolSet === undefined ? NO_TOOLS : countTools(toolSet);
    switch (resource?.kind) {
      case 'connector':
        return { ...counts, part: `the connector ${nameOf(view, resource.connector)}` };
      case 'toolset': {
        const { toolset } = resource;
        return { ...counts, part: `the toolset ${view.toolsets.get(toolset)?.title ?? toolset}` };
      }
      case 'any':
      case 'organisation':
      case undefined:
        return counts;
    }
  };
}

function nameOf(view: OrganisationView, connector: string): string {
  return view.connectors.get(connector)?.target.name ?? connector;
}

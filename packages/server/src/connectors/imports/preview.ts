import { createOffer, listed, type Listed, type Tool, type ToolFace } from '@latchkey/tools';
import { ROLES, type Role } from '../../kernel/access.ts';
import type { ConnectorId } from '../../kernel/ids.ts';
import { isOffered, type ToolRules } from '../tool-rules.ts';
import { toolsOf, type Compiled } from './compiled.ts';

const LISTED_MAX = 100;

/** What apps would get of an import, if it were published now. */
export interface Preview {
  readonly size: { readonly bytes: number; readonly tokens: number; readonly mode: 'full' | 'search' };
  readonly roles: readonly {
    readonly role: Role;
    readonly tools: { readonly read: number; readonly full: number };
  }[];
  readonly toolsets: readonly { readonly slug: string; readonly title: string; readonly tools: number }[];
  /** The beginning of `tools/list` with full access. */
  readonly listed: readonly Listed[];
  readonly tools: readonly Listed[];
}

/** `connector`: the one that it would replace, with what the organisation says of its tools. */
export function previewOf(
  compiled: Compiled,
  name: string,
  connector: { readonly id: ConnectorId; readonly rules: ToolRules } | undefined,
): Preview {
  const tools = toolsOf(compiled).map(({ tool }) => tool);
  const api = compiled.kind === 'openapi' ? compiled.catalogue : undefined;
  const offer = createOffer(
    tools.map((tool) => ({ name: tool.name, tool: tool as Tool })),
    { mode: api?.mode, pinned: api?.pinned, apis: [{ name, docsUrl: api?.docsUrl }] },
  );
  const { bytes, mode, tokens } = offer;
  const judged = tools.map((tool) => ({ tool, ...ruledBy(tool, connector) }));
  return {
    size: { bytes, mode, tokens },
    roles: ROLES.map((role) => {
      const seen = judged.filter(({ isSeenBy }) => isSeenBy(role));
      const read = seen.filter(({ access }) => access === 'read').length;
      return { role, tools: { read, full: role === 'viewer' ? read : seen.length } };
    }),
    toolsets: (api?.toolsets ?? []).map(({ slug, title, tools: names }) => ({
      slug,
      title,
      tools: names.length,
    })),
    listed: offer.listed('full').slice(0, LISTED_MAX),
    tools: tools.map(listed),
  };
}

function ruledBy(
  tool: ToolFace,
  connector: { readonly id: ConnectorId; readonly rules: ToolRules } | undefined,
) {
  if (connector === undefined) return { access: tool.access, isSeenBy: () => true };
  const ruling = connector.rules.rulingOn({ id: connector.id, isShared: false }, tool);
  // What waits now is offered if it is ticked, so it counts.
  const isSeenBy = (role: Role): boolean => isOffered({ ...ruling, waiting: false }, role);
  return { access: ruling.access, isSeenBy };
}

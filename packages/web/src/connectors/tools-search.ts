import type { ConnectorTool } from '../api/types.ts';

export const TOOL_VIEWS = ['all', 'read', 'write', 'waiting', 'off'] as const;

export type ToolView = (typeof TOOL_VIEWS)[number];

/** The filter of a connector's tools, as it stands in the address. Absent: all of them. */
export interface ToolsSearch {
  q?: string;
  show?: Exclude<ToolView, 'all'>;
}

export function readToolsSearch({ q, show }: Record<string, unknown>): ToolsSearch {
  const view = TOOL_VIEWS.find((one) => one === show);
  return {
    ...(typeof q === 'string' && q !== '' ? { q } : {}),
    ...(view === undefined || view === 'all' ? {} : { show: view }),
  };
}

/** The tools with the text in their name, title or description, that are of this kind. */
export function filterTools(tools: readonly ConnectorTool[], { q = '', show }: ToolsSearch): ConnectorTool[] {
  const wanted = q.trim().toLowerCase();
  return tools.filter(
    (tool) =>
      isOfView(tool, show ?? 'all') &&
      [tool.name, tool.title, tool.description, tool.rule.description ?? ''].some((text) =>
        text.toLowerCase().includes(wanted),
      ),
  );
}

function isOfView({ effective, waiting }: ConnectorTool, view: ToolView): boolean {
  if (view === 'all') return true;
  if (view === 'waiting') return waiting;
  if (view === 'off') return !waiting && !effective.enabled;
  return effective.access === (view === 'read' ? 'read' : 'full');
}

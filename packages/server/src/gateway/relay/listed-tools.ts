import type { ToolFace } from '@latchkey/tools';
import { LRUCache } from 'lru-cache';
import { NAME_CHARACTERS_MAX } from '../../connectors/mcp-tool.ts';
import type { McpView } from '../../connectors/organisation-view.ts';
import { withConfirm } from '../../connectors/with-confirm.ts';
import type { Access } from '../../kernel/access.ts';
import type { ConnectorId } from '../../kernel/ids.ts';
import type { WireMessage } from '../../upstreams/channel.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json.ts';
import type { Caller } from '../pipeline/authenticate.ts';
import { withSoundHeaders } from './header-declarations.ts';
import type { ToolNews } from './tool-news.ts';

/** What servers say of their tools where the snapshot says nothing yet, or something else. */
export interface ListedTools {
  /** Takes note of what a server has just listed. */
  observe(view: McpView, tools: readonly JsonObject[]): void;
  /** A tool that no snapshot has: what it takes if it only reads; undefined: it waits until it is known. */
  newcomer(
    view: McpView,
    name: string,
  ): { readonly access: Access; readonly confirmation: string | undefined } | undefined;
  /** The tool of the snapshot was only reading by its own word, and says so no longer: it waits for an admin. */
  hasTurned(view: McpView, tool: ToolFace): boolean;
}

const CONNECTORS_MAX = 2_000;
const NAMES_MAX = 1_000;

export function createListedTools(news: Pick<ToolNews, 'observed'> | undefined): ListedTools {
  const said = new LRUCache<ConnectorId, LRUCache<string, Access>>({ max: CONNECTORS_MAX });

  function remember(connectorId: ConnectorId, name: string, access: Access): void {
    let names = said.get(connectorId);
    if (names === undefined) {
      names = new LRUCache({ max: NAMES_MAX });
      said.set(connectorId, names);
    }
    names.set(name, access);
  }

  function hasTurned(view: McpView, tool: ToolFace): boolean {
    return (
      said.get(view.target.id)?.get(tool.name) === 'full' &&
      tool.access === 'read' &&
      tool.annotations.readOnlyHint === true &&
      // An operator's word goes before the server's.
      view.rulingOn({ ...tool, access: 'full' }).access === 'full'
    );
  }

  return {
    observe(view, tools) {
      let isNews = false;
      for (const [name, access] of accessByName(tools)) {
        const known = toolNamed(view, name);
        const before = said.get(view.target.id)?.get(name);
        const isOther = known === undefined || known.access !== access;
        if (before !== undefined || isOther) remember(view.target.id, name, access);
        // Once: what is known of a tool may be that it cannot be offered to everybody.
        if (before === access) continue;
        if (known === undefined ? view.rulingOn({ name, access }).offered : hasTurned(view, known))
          isNews = true;
      }
      if (isNews) news?.observed(view.target.id, tools);
    },
    newcomer(view, name) {
      // What the snapshot has is judged by the snapshot: what was said before may be long ago.
      if (view.knows(name) || said.get(view.target.id)?.get(name) !== 'read') return undefined;
      const verdict = view.rulingOn({ name, access: 'read' });
      const { access, confirmation, offered } = verdict;
      return offered ? { access, confirmation } : undefined;
    },
    hasTurned,
  };
}

/** A result of tools/list as this caller may see it; any other message as it is. */
export function presentTools(
  message: WireMessage,
  { caller, listedTools, view }: { caller: Caller; listedTools: ListedTools; view: McpView },
): WireMessage {
  const result = message['result'];
  if (!isJsonObject(result) || !Array.isArray(result['tools'])) return message;
  const listed: readonly unknown[] = result['tools'];
  const tools = listed.filter(
    (tool) => isJsonObject(tool) && typeof tool['name'] === 'string',
  ) as JsonObject[];
  listedTools.observe(view, tools);
  const isModern = typeof result['resultType'] === 'string';
  const shown = tools.filter((tool) => reaches(String(tool['name'])));
  const sound = (isModern ? shown.map(withSoundHeaders) : shown).map(asking);
  // It is this caller's list by now, whatever it was when the server wrote it.
  const isShared = result['cacheScope'] === 'public';
  const isSame = sound.length === listed.length && sound.every((tool, index) => tool === listed[index]);
  if (isSame && !isShared) return message;
  const scope = isShared ? { cacheScope: 'private' } : {};
  return { ...message, result: { ...result, ...scope, tools: sound } };

  function asking(tool: JsonObject): JsonObject {
    const name = String(tool['name']);
    const bound = view.toolSet.find(name);
    const known = bound?.name === name ? bound : listedTools.newcomer(view, name);
    return known?.confirmation === undefined ? tool : withConfirm(tool);
  }
  function reaches(name: string): boolean {
    const known = toolNamed(view, name);
    const isGone = known !== undefined && listedTools.hasTurned(view, known);
    const access = known === undefined ? listedTools.newcomer(view, name)?.access : known.access;
    return !isGone && (access === 'read' || (access === 'full' && caller.principal.access === 'full'));
  }
}

function toolNamed(view: McpView, name: string): ToolFace | undefined {
  const bound = view.toolSet.find(name);
  return bound?.name === name ? bound.tool : undefined;
}

/** As a snapshot would have it: see `readMcpTool`. Of several by one name none reads if one may write. */
function accessByName(tools: readonly JsonObject[]): ReadonlyMap<string, Access> {
  const found = new Map<string, Access>();
  for (const { annotations, name } of tools) {
    if (typeof name !== 'string' || name.length > NAME_CHARACTERS_MAX) continue;
    const reads =
      isJsonObject(annotations) &&
      annotations['readOnlyHint'] === true &&
      annotations['destructiveHint'] !== true;
    found.set(name, reads && found.get(name) !== 'full' ? 'read' : 'full');
  }
  return found;
}

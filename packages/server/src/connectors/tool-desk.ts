import type { ToolFace } from '@latchkey/tools';
import { recordEvent } from '../audit/record-event.ts';
import type { Access, Role } from '../kernel/access.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ConnectorId, OrganisationId, RequestId, UserId } from '../kernel/ids.ts';
import type { StoredToolRule } from '../store/queries/tool-rules.ts';
import type { Store } from '../store/store.ts';
import type { Catalogues, InventoryEntry } from './catalogues.ts';
import { ALL_TOOLS, type Ruling } from './tool-rules.ts';

/** What an organisation says of a tool, or of all tools of a connector; undefined: nothing. */
export interface SaidOfTool {
  readonly enabled?: boolean | undefined;
  readonly access?: Access | undefined;
  readonly roles?: readonly Role[] | undefined;
  readonly confirmation?: string | undefined;
  /** Of one tool of an API: what models read of it. */
  readonly description?: string | undefined;
}

export interface ConnectorOnDesk {
  readonly id: ConnectorId;
  readonly slug: string;
  readonly name: string;
  readonly kind: 'openapi' | 'mcp';
  readonly isShared: boolean;
  /** What is said of all its tools. */
  readonly said: SaidOfTool;
  readonly tools: readonly ToolOnDesk[];
}

export interface ToolOnDesk {
  /** As the connector has it. */
  readonly tool: ToolFace;
  readonly said: SaidOfTool;
  readonly ruling: Ruling;
}

export type DeskFault =
  | 'no_such_connector'
  | 'no_such_tool'
  | 'access_of_shared'
  /** The same words about all tools would tell none from another. */
  | 'description_of_all'
  /** An MCP server's words are passed on as they are. */
  | 'description_of_server';

interface Decision {
  readonly orgId: OrganisationId;
  readonly connector: string;
  readonly by: UserId;
  readonly requestId: RequestId;
}

/** Where admins say what becomes of their connectors' tools. */
export function createToolDesk({
  store,
  catalogues,
  clock,
}: {
  store: Store;
  catalogues: Pick<Catalogues, 'inventory' | 'inventoryOf'>;
  clock: Clock;
}) {
  async function list(orgId: OrganisationId): Promise<ConnectorOnDesk[]> {
    const [connectors, rules] = await Promise.all([catalogues.inventory(orgId), store.toolRules.list(orgId)]);
    return connectors.map((entry) => onDesk(entry, rules));
  }

  async function find(orgId: OrganisationId, slug: string): Promise<ConnectorOnDesk | undefined> {
    const [entry, rules] = await Promise.all([
      catalogues.inventoryOf(orgId, slug),
      store.toolRules.list(orgId),
    ]);
    return entry && onDesk(entry, rules);
  }

  /** In one transaction with its trace, and heard by every node. */
  function write(
    { by, orgId, requestId }: Decision,
    { action, target, detail }: { action: string; target: string; detail: Record<string, unknown> },
    change: (queries: Pick<Store, 'toolRules'>) => Promise<boolean>,
  ): Promise<boolean> {
    return store.transaction(async (queries) => {
      if (!(await change(queries))) return false;
      await queries.changes.add('connector', orgId);
      await recordEvent(queries, clock, {
        orgId,
        action,
        actor: { kind: 'user', id: by },
        target,
        requestId,
        outcome: 'ok',
        detail,
      });
      return true;
    });
  }

  return {
    list,
    find,

    /** What was said before of the same is forgotten; saying nothing takes it back. `tool`: a name, or `*` for all. */
    async say(
      decision: Decision & { readonly tool: string; readonly said: SaidOfTool },
    ): Promise<DeskFault | undefined> {
      const { by, orgId, said, tool } = decision;
      const connector = await find(orgId, decision.connector);
      if (connector === undefined) return 'no_such_connector';
      if (said.description !== undefined && tool === ALL_TOOLS) return 'description_of_all';
      if (said.description !== undefined && connector.kind === 'mcp') return 'description_of_server';
      const known = connector.tools.find((one) => one.tool.name === tool)?.tool;
      const isNothing = Object.values(said).every((field) => field === undefined);
      if (tool !== ALL_TOOLS && known === undefined && !isNothing) return 'no_such_tool';
      // What a shared connector's operator calls a write, no organisation calls a read.
      if (connector.isShared && said.access === 'read' && known?.access !== 'read') return 'access_of_shared';
      const { access = null, confirmation = null, description = null, enabled = null, roles } = said;
      const rule = {
        orgId,
        connectorId: connector.id,
        tool,
        access,
        confirmation,
        description,
        enabled,
        updatedBy: by,
      };
      await write(
        decision,
        {
          action: isNothing ? 'tool.rule_removed' : 'tool.rule_set',
          target: `${connector.slug}/${tool}`,
          detail: {
            connector: connector.slug,
            enabled,
            access,
            roles: roles ?? null,
            confirmation,
            description,
          },
        },
        async ({ toolRules }) => {
          if (isNothing) return toolRules.remove(orgId, connector.id, tool);
          await toolRules.set({ ...rule, roles: roles === undefined ? null : [...roles] });
          return true;
        },
      );
      return undefined;
    },

    /** Lets tools that wait be used. Answers the names of those that did wait. */
    async approve(
      decision: Decision & { readonly tools: readonly string[] },
    ): Promise<readonly string[] | DeskFault> {
      const connector = await find(decision.orgId, decision.connector);
      if (connector === undefined) return 'no_such_connector';
      const approved: string[] = [];
      for (const tool of decision.tools) {
        const approval = { orgId: decision.orgId, connectorId: connector.id, tool, approvedBy: decision.by };
        const waited = await write(
          decision,
          {
            action: 'tool.approved',
            target: `${connector.slug}/${tool}`,
            detail: { connector: connector.slug },
          },
          ({ toolRules }) => toolRules.approve(approval),
        );
        if (waited) approved.push(tool);
      }
      return approved;
    },
  };
}

export type ToolDesk = ReturnType<typeof createToolDesk>;

function onDesk({ connector, tools }: InventoryEntry, rules: readonly StoredToolRule[]): ConnectorOnDesk {
  const { id, kind, name, orgId, slug } = connector;
  const said = new Map(rules.flatMap((rule) => (rule.connectorId === id ? [[rule.tool, saidBy(rule)]] : [])));
  return {
    id,
    slug,
    name,
    kind,
    isShared: orgId === null,
    said: said.get(ALL_TOOLS) ?? {},
    tools: tools.map(({ ruling, tool }) => ({ tool, ruling, said: said.get(tool.name) ?? {} })),
  };
}

function saidBy({ access, confirmation, description, enabled, roles }: StoredToolRule): SaidOfTool {
  return {
    ...(enabled !== null && { enabled }),
    ...(access !== null && { access }),
    ...(roles !== null && { roles }),
    ...(confirmation !== null && { confirmation }),
    ...(description !== null && { description }),
  };
}

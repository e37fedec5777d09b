import type { ToolFace } from '@latchkey/tools';
import type { Access, Role } from '../kernel/access.ts';
import type { ConnectorId } from '../kernel/ids.ts';
import type { StoredToolRule, WaitingTool } from '../store/queries/tool-rules.ts';

/** Stands for all tools of a connector. No tool has it for a name. */
export const ALL_TOOLS = '*';

/** What becomes of one tool in an organisation. */
export interface Ruling {
  readonly enabled: boolean;
  readonly access: Access;
  /** Unset: every role. */
  readonly roles?: readonly Role[];
  /** What a person has to agree to before the tool is called. */
  readonly confirmation?: string;
  /** What models read of it, in place of what its connector says. */
  readonly description?: string;
  /** It may write and came later: nobody is offered it before an admin has seen it. */
  readonly waiting: boolean;
}

/** As much of a tool as is asked about when it is judged. */
export type JudgedTool = Pick<ToolFace, 'name' | 'access'>;

/** What an organisation says of its connectors' tools. Without a word of it, everything is as the connector says. */
export interface ToolRules {
  rulingOn(connector: { readonly id: ConnectorId; readonly isShared: boolean }, tool: JudgedTool): Ruling;
  /** Some ruling is not the same for all roles. */
  readonly knowRoles: boolean;
  /** Equal where the same is said. */
  readonly signature: string;
}

export function createToolRules(
  rules: readonly StoredToolRule[],
  waiting: readonly WaitingTool[],
): ToolRules {
  const byTool = new Map(rules.map((rule) => [nameOf(rule), rule]));
  const waits = new Set(waiting.map(nameOf));
  return {
    knowRoles: rules.some(({ roles }) => roles !== null),
    signature: JSON.stringify([
      rules.map(({ access, confirmation, connectorId, description, enabled, roles, tool }) => [
        connectorId,
        tool,
        enabled,
        access,
        roles,
        confirmation,
        description,
      ]),
      [...waits],
    ]),
    rulingOn({ id, isShared }, { access, name }) {
      const own = byTool.get(nameOf({ connectorId: id, tool: name }));
      const all = byTool.get(nameOf({ connectorId: id, tool: ALL_TOOLS }));
      const wanted = own?.access ?? all?.access ?? access;
      const ruled = isShared && access === 'full' ? 'full' : wanted;
      const roles = own?.roles ?? all?.roles ?? undefined;
      // For all tools it is meant for what can do harm.
      const confirmation =
        own?.confirmation ?? (ruled === 'full' ? all?.confirmation : undefined) ?? undefined;
      return {
        enabled: own?.enabled ?? all?.enabled ?? true,
        access: ruled,
        ...(roles && { roles }),
        ...(confirmation !== undefined && { confirmation }),
        ...(own?.description != null && { description: own.description }),
        waiting: access === 'full' && waits.has(nameOf({ connectorId: id, tool: name })),
      };
    },
  };
}

/** Whether somebody of that role is offered the tool. */
export function isOffered({ enabled, roles, waiting }: Ruling, role: Role): boolean {
  return enabled && !waiting && (roles === undefined || roles.includes(role));
}

/** The tool as the organisation's word makes it: what it says of itself is what it is allowed to be. */
export function ruled<T extends ToolFace>(given: T, { access, description }: Ruling): T {
  const tool = description === undefined ? given : { ...given, description };
  if (access === tool.access) return tool;
  const { destructiveHint = true, idempotentHint, openWorldHint, title } = tool.annotations;
  const hints = access === 'read' ? { readOnlyHint: true as const } : { destructiveHint };
  const repeatable = idempotentHint === undefined ? {} : { idempotentHint };
  return { ...tool, access, annotations: { title, ...hints, ...repeatable, openWorldHint } };
}

function nameOf({ connectorId, tool }: { readonly connectorId: ConnectorId; readonly tool: string }): string {
  return `${connectorId} ${tool}`;
}

import { Hono } from 'hono';
import { z } from 'zod';
import type {
  ConnectorOnDesk,
  DeskFault,
  SaidOfTool,
  ToolDesk,
  ToolOnDesk,
} from '../../connectors/tool-desk.ts';
import { ROLES } from '../../kernel/access.ts';
import { displayName } from '../../kernel/display-name.ts';
import { AppError } from '../../kernel/errors.ts';
import type { OrganisationEnv } from '../env.ts';
import { requireRole } from '../guards.ts';
import { readBody } from '../read-body.ts';

const NAME_CHARACTERS_MAX = 200;
const CONFIRMATION_CHARACTERS_MAX = 500;
const TOOLS_MAX = 1000;

const toolName = z
  .string()
  .min(1)
  .max(NAME_CHARACTERS_MAX)
  .refine((name) => !name.includes('\0'), { error: 'is no name' });

/** Null: nothing is said of it. */
const ruleSchema = z.strictObject({
  /** A tool's name within the connector, or `*` for all of them. */
  tool: toolName,
  enabled: z.boolean().nullable().default(null),
  access: z.enum(['read', 'full']).nullable().default(null),
  roles: z.array(z.enum(ROLES)).min(1).max(ROLES.length).nullable().default(null),
  /** One line that a person has to agree to. */
  confirmation: z.string().max(CONFIRMATION_CHARACTERS_MAX).nullable().default(null),
});

const approvalSchema = z.strictObject({ tools: z.array(toolName).min(1).max(TOOLS_MAX) });

export interface ConnectorRoutesDeps {
  toolDesk: ToolDesk;
}

/** `/portal/v1/organisations/{org}/connectors`: what they offer, and what the organisation says of their tools. */
export function createConnectorRoutes({ toolDesk }: ConnectorRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'connectors.read');
    const connectors = await toolDesk.list(organisation.id);
    return context.json({ items: connectors.map(presentConnector) });
  });

  app.get('/:connector/tools', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'connectors.manage');
    const connector = await toolDesk.find(organisation.id, context.req.param('connector'));
    if (connector === undefined) throw FAULTS.no_such_connector;
    return context.json({ rule: presentSaid(connector.said), items: connector.tools.map(presentTool) });
  });

  app.put('/:connector/rules', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'connectors.manage');
    const { tool, ...fields } = await readBody(context, ruleSchema);
    const said = saidIn(fields);
    const fault = await toolDesk.say({
      orgId: organisation.id,
      connector: context.req.param('connector'),
      by: context.get('user').userId,
      requestId: context.get('requestId'),
      tool,
      said,
    });
    if (fault !== undefined) throw FAULTS[fault];
    return context.json({ tool, rule: presentSaid(said) });
  });

  app.post('/:connector/approvals', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'connectors.manage');
    const { tools } = await readBody(context, approvalSchema);
    const approved = await toolDesk.approve({
      orgId: organisation.id,
      connector: context.req.param('connector'),
      by: context.get('user').userId,
      requestId: context.get('requestId'),
      tools: [...new Set(tools)],
    });
    if (typeof approved === 'string') throw FAULTS[approved];
    return context.json({ approved });
  });

  return app;
}

const FAULTS: Readonly<Record<DeskFault, AppError>> = {
  no_such_connector: new AppError('not_found', 'There is no such connector in this organisation.'),
  no_such_tool: new AppError('not_found', 'The connector has no such tool.'),
  access_of_shared: new AppError(
    'forbidden',
    'This connector is shared by all organisations: its operator says which tools write. You may ask for more, not for less.',
  ),
};

function saidIn({
  access,
  confirmation,
  enabled,
  roles,
}: Omit<z.infer<typeof ruleSchema>, 'tool'>): SaidOfTool {
  const line = confirmation === null ? undefined : displayName(confirmation, CONFIRMATION_CHARACTERS_MAX);
  return {
    ...(enabled !== null && { enabled }),
    ...(access !== null && { access }),
    ...(roles !== null && { roles: ROLES.filter((role) => roles.includes(role)) }),
    ...(line !== undefined && { confirmation: line }),
  };
}

function presentConnector({ isShared, kind, name, said, slug, tools }: ConnectorOnDesk) {
  return {
    slug,
    name,
    kind,
    shared: isShared,
    rule: presentSaid(said),
    tools: tools.length,
    waiting: tools.filter(({ ruling }) => ruling.waiting).length,
  };
}

function presentTool({ ruling, said, tool }: ToolOnDesk) {
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    access: tool.access,
    waiting: ruling.waiting,
    rule: presentSaid(said),
    effective: {
      enabled: ruling.enabled,
      access: ruling.access,
      roles: ruling.roles ?? ROLES,
      confirmation: ruling.confirmation ?? null,
    },
  };
}

function presentSaid({
  access = null,
  confirmation = null,
  enabled = null,
  roles = null,
}: {
  [Field in keyof SaidOfTool]: SaidOfTool[Field] | null;
}) {
  return { enabled, access, roles, confirmation };
}

import { Hono } from 'hono';
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
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import {
  APPROVE_TOOLS,
  CONFIRMATION_CHARACTERS_MAX,
  LIST_CONNECTORS,
  LIST_TOOLS,
  SET_RULE,
  type Rule,
} from './described.ts';

export interface ConnectorRoutesDeps {
  toolDesk: ToolDesk;
}

/** `/portal/v1/organisations/{org}/connectors`: what they offer, and what the organisation says of their tools. */
export function createConnectorRoutes({ toolDesk }: ConnectorRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', describeRoute(LIST_CONNECTORS), async (context) => {
    const connectors = await toolDesk.list(context.get('organisation').id);
    return context.json({ items: connectors.map(presentConnector) });
  });

  app.get('/:connector/tools', describeRoute(LIST_TOOLS), async (context) => {
    const { connector: slug } = context.req.valid('param');
    const connector = await toolDesk.find(context.get('organisation').id, slug);
    if (connector === undefined) throw FAULTS.no_such_connector;
    return context.json({ rule: presentSaid(connector.said), items: connector.tools.map(presentTool) });
  });

  app.put('/:connector/rules', describeRoute(SET_RULE), async (context) => {
    const { tool, ...fields } = context.req.valid('json');
    const said = saidIn(fields);
    const fault = await toolDesk.say({
      orgId: context.get('organisation').id,
      connector: context.req.valid('param').connector,
      by: context.get('user').userId,
      requestId: context.get('requestId'),
      tool,
      said,
    });
    if (fault !== undefined) throw FAULTS[fault];
    return context.json({ tool, rule: presentSaid(said) });
  });

  app.post('/:connector/approvals', describeRoute(APPROVE_TOOLS), async (context) => {
    const { tools } = context.req.valid('json');
    const approved = await toolDesk.approve({
      orgId: context.get('organisation').id,
      connector: context.req.valid('param').connector,
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

function saidIn({ access, confirmation, enabled, roles }: Omit<Rule, 'tool'>): SaidOfTool {
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

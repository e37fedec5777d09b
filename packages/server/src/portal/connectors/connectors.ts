import { Hono } from 'hono';
import type { ToolUse, ToolUseOf } from '../../audit/tool-use.ts';
import { creditsOf } from '../../connectors/tool-cost.ts';
import { testOf } from '../../connectors/tool-facts.ts';
import { prefixed } from '../../connectors/tool-names.ts';
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
  DESCRIPTION_CHARACTERS_MAX,
  LIST_CONNECTORS,
  LIST_TOOLS,
  SET_RULE,
  type Rule,
} from './described.ts';

export interface ConnectorRoutesDeps {
  toolDesk: ToolDesk;
  /** Of the last 7 days, by the tool's name. */
  toolUseOf: ToolUseOf;
}

/** `/portal/v1/organisations/{org}/connectors`: what they offer, and what the organisation says of their tools. */
export function createConnectorRoutes({ toolDesk, toolUseOf }: ConnectorRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', describeRoute(LIST_CONNECTORS), async (context) => {
    const connectors = await toolDesk.list(context.get('organisation').id);
    return context.json({ items: connectors.map(presentConnector) });
  });

  app.get('/:connector/tools', describeRoute(LIST_TOOLS), async (context) => {
    const { connector: slug } = context.req.valid('param');
    const organisation = context.get('organisation');
    const connector = await toolDesk.find(organisation.id, slug);
    if (connector === undefined) throw FAULTS.no_such_connector;
    const used = await toolUseOf(organisation.id, slug);
    return context.json({
      rule: presentSaid(connector.said),
      items: connector.tools.map((one) => presentTool(one, useOf(used, slug, one.tool.name))),
    });
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
  description_of_all: new AppError(
    'invalid_request',
    'description: of one tool alone; the same words about all would tell none from another',
  ),
  description_of_server: new AppError(
    'conflict',
    'An MCP server describes its tools itself: what it says is passed on as it is.',
  ),
};

function saidIn({ access, confirmation, description, enabled, roles }: Omit<Rule, 'tool'>): SaidOfTool {
  const line = confirmation === null ? undefined : displayName(confirmation, CONFIRMATION_CHARACTERS_MAX);
  const words = description === null ? undefined : displayName(description, DESCRIPTION_CHARACTERS_MAX);
  return {
    ...(enabled !== null && { enabled }),
    ...(access !== null && { access }),
    ...(roles !== null && { roles: ROLES.filter((role) => roles.includes(role)) }),
    ...(line !== undefined && { confirmation: line }),
    ...(words !== undefined && { description: words }),
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

function presentTool({ ruling, said, tool }: ToolOnDesk, { calls, errors }: ToolUse) {
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
      description: ruling.description ?? tool.description,
    },
    calls,
    errors,
    credits: creditsOf(tool),
    test: testOf(tool),
  };
}

/** Under its own name, and under the one that it has where two connectors have a tool of that name. */
function useOf(used: ReadonlyMap<string, ToolUse>, connector: string, name: string): ToolUse {
  const both = [used.get(name), used.get(prefixed(connector, name))];
  return {
    calls: both.reduce((sum, one) => sum + (one?.calls ?? 0), 0),
    errors: both.reduce((sum, one) => sum + (one?.errors ?? 0), 0),
  };
}

function presentSaid({
  access = null,
  confirmation = null,
  description = null,
  enabled = null,
  roles = null,
}: {
  [Field in keyof SaidOfTool]: SaidOfTool[Field] | null;
}) {
  return { enabled, access, roles, confirmation, description };
}

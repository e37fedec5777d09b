import { Hono, type Context } from 'hono';
import type { BoundTool } from '../../connectors/tool-set.ts';
import { AppError } from '../../kernel/errors.ts';
import type { AgentId } from '../../kernel/ids.ts';
import type { Result } from '../../kernel/result.ts';
import { can } from '../../people/policy.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import { fits, pageAt } from '../imports/page.ts';
import { CALL, GET_TOOL, SEARCH_TOOLS } from './described.ts';
import type { PlaygroundPort } from './port.ts';
import { presentFound, presentQuestion, presentResult, presentTool } from './present.ts';

export interface PlaygroundRoutesDeps {
  playground: PlaygroundPort;
  mcpBaseUrl: string;
}

/** Its calls have a limit of their own. */
export const PLAYED_PATH = /\/organisations\/[^/]+\/playground\/calls$/;
export const PLAYED_BYTES_MAX = 1024 * 1024;

/** `/portal/v1/organisations/{org}/playground`: a person tries tools out, as themselves or, for admins, as an agent. */
export function createPlaygroundRoutes({
  mcpBaseUrl,
  playground,
}: PlaygroundRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/tools', describeRoute(SEARCH_TOOLS), async (context) => {
    const { agent, cursor, limit, q = '' } = context.req.valid('query');
    const tools = orThrow(await playground.tools(visitorOf(context, agent)));
    const found = tools
      .filter(({ target, tool }) => fits(q, [tool.name, tool.title, tool.description, target.name]))
      .sort(byConnectorAndName);
    const { items, nextCursor, total } = pageAt(found, { cursor, limit });
    return context.json({
      items: items.map(presentFound),
      total,
      all: tools.length,
      next_cursor: nextCursor,
    });
  });

  app.get('/tool', describeRoute(GET_TOOL), async (context) => {
    const { agent, connector, tool: name } = context.req.valid('query');
    const visitor = visitorOf(context, agent);
    const tool = orThrow(await playground.tool(visitor, { connector, tool: name }));
    return context.json({ ...presentTool(tool), most: orThrow(await playground.most(visitor)) });
  });

  app.post('/calls', describeRoute(CALL), async (context) => {
    const { access, agent, agreed, answer, connector, tool, ...given } = context.req.valid('json');
    const requestId = context.get('requestId');
    const visitor = visitorOf(context, agent);
    const played = orThrow(
      await playground.call({
        visitor,
        connector,
        tool,
        access,
        arguments: given.arguments,
        agreed,
        answer,
        requestId,
        // Whoever cancels, or closes the page, hangs up.
        signal: context.req.raw.signal,
      }),
    );
    return context.json(
      played.kind === 'question'
        ? presentQuestion(played, requestId)
        : presentResult(played, requestId, `${mcpBaseUrl}/mcp/${visitor.organisation.slug}`),
    );
  });

  return app;
}

function visitorOf(context: Context<OrganisationEnv>, agent: AgentId | undefined) {
  const { id, role, slug } = context.get('organisation');
  const { address, name, userId } = context.get('user');
  if (agent !== undefined && !can(role, 'agents.manage'))
    throw new AppError('forbidden', `Your role (${role}) does not allow this.`);
  return { organisation: { id, role, slug }, person: { id: userId, name, address }, agent };
}

function orThrow<T>(result: Result<T, AppError>): T {
  if (!result.ok) throw result.error;
  return result.value;
}

function byConnectorAndName(one: BoundTool, other: BoundTool): number {
  return compare(one.target.slug, other.target.slug) || compare(one.tool.name, other.tool.name);
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

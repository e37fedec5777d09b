import { Hono } from 'hono';
import { z } from 'zod';
import { highestAccess } from '../../kernel/access.ts';
import { displayName } from '../../kernel/display-name.ts';
import { AppError } from '../../kernel/errors.ts';
import { AGENT_ORDERS, type Agents, type ListedAgent } from '../../people/agents/agents.ts';
import { can } from '../../people/policy.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import { callsPerMinuteMax, requireCallsWithin } from '../keys/calls-per-minute.ts';
import { KEY_NAME_CHARACTERS_MAX, newKeyAnswer, newKeySchema } from '../keys/described.ts';
import type { KeyRoutesDeps } from '../keys/keys.ts';
import { refuseAboveMax } from '../keys/refuse-above-max.ts';
import { readPlace, writePlace } from '../place-cursor.ts';
import { pathId } from '../read-id.ts';
import { nothing, pageOf, time } from '../shapes.ts';

const agentRole = z.enum(['member', 'viewer']);
const agentStatus = z.enum(['active', 'suspended']);
const agentParams = z.object({ agent: pathId('agt').describe('Its id, as list_agents shows it.') });

const LIST = {
  id: 'list_agents',
  summary: 'List agents',
  description:
    'Programs that are members of the organisation, a hundred at a time: role, status, what they hold, when they last called, who made them.',
  action: 'agents.read',
  query: z.object({
    q: z.string().max(200).optional().describe('In its name, or the address of who made it.'),
    role: agentRole.optional(),
    status: agentStatus.optional(),
    sort: z.enum(AGENT_ORDERS).optional().describe('created: the latest first. Default: name.'),
    cursor: z.string().max(2000).optional().describe('next_cursor of the page before.'),
  }),
  answer: pageOf(
    z.object({
      id: z.string(),
      name: z.string(),
      role: agentRole,
      status: agentStatus,
      keys: z.int().nonnegative().describe('That work now, the one of its own app among them.'),
      full_keys: z
        .int()
        .nonnegative()
        .describe('Those of them that reach all tools, as far as its role does.'),
      last_used_at: time.nullable().describe('When one of its keys was used last.'),
      created_by: z.string().nullable().describe('Whose it is: the address of who made it.'),
      created_at: time,
    }),
  ).extend({
    total: z.int().nonnegative().describe('On all pages.'),
    calls_per_minute_max: z.int().describe('The most that a new key may allow itself.'),
  }),
} as const;

const CREATE = {
  id: 'create_agent',
  summary: 'Create an agent',
  description: 'Makes a program a member of the organisation. It can do nothing before it has a key.',
  action: 'agents.manage',
  body: z.strictObject({ name: z.string(), role: agentRole }),
  answer: z.object({ id: z.string() }),
  status: 201,
} as const;

const CREATE_KEY = {
  id: 'create_agent_key',
  summary: 'Create a key for an agent',
  description: 'The secret of the key is in this answer and nowhere else.',
  action: 'agents.manage',
  params: agentParams,
  body: newKeySchema,
  answer: newKeyAnswer,
  status: 201,
} as const;

const VERBS = {
  suspend: {
    id: 'suspend_agent',
    summary: 'Suspend an agent',
    description:
      'Refuses everything that the agent asks for, at once, until somebody resumes it in the dashboard.',
    status: 'suspended',
    absent: 'There is no such agent that is active.',
    callers: 'person',
    isDangerous: false,
  },
  resume: {
    id: 'resume_agent',
    summary: 'Resume an agent',
    description: 'Lets a suspended agent work again, with the keys that it had.',
    status: 'active',
    absent: 'There is no such agent that is suspended.',
    callers: 'session',
    isDangerous: false,
  },
  delete: {
    id: 'delete_agent',
    summary: 'Delete an agent',
    description:
      'Ends an agent for good, with its keys, its connections and the OAuth client it was made with.',
    status: 'deleted',
    absent: 'There is no such agent.',
    callers: 'person',
    isDangerous: true,
  },
} as const;

/** `/portal/v1/organisations/{org}/agents`: non-human members, each with keys of its own. For admins. */
export function createAgentRoutes({
  agents,
  callLimits,
  keys,
}: { agents: Agents } & Pick<KeyRoutesDeps, 'callLimits' | 'keys'>): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', describeRoute(LIST), async (context) => {
    const { id: orgId } = context.get('organisation');
    const { cursor, q, role, sort = 'name', status } = context.req.valid('query');
    const after = readPlace(cursor, sort === 'name' ? 'name' : 'time');
    const [{ items, next, total }, callsMax] = await Promise.all([
      agents.page({ orgId, q, role, status }, { sort, after }),
      callsPerMinuteMax(callLimits, orgId),
    ]);
    return context.json({
      items: items.map(presentAgent),
      next_cursor: next === undefined ? null : writePlace(next),
      total,
      calls_per_minute_max: callsMax,
    });
  });

  app.post('/', describeRoute(CREATE), async (context) => {
    const { name, role } = context.req.valid('json');
    const created = await agents.create({
      orgId: context.get('organisation').id,
      name: requireName(name),
      role,
      createdBy: context.get('user').userId,
      requestId: context.get('requestId'),
    });
    if (!created.ok) throw new AppError('conflict', 'There is an agent of that name.');
    return context.json({ id: created.value.agentId }, 201);
  });

  app.post('/:agent/keys', describeRoute(CREATE_KEY), async (context) => {
    const organisation = context.get('organisation');
    const agent = await agents.find(organisation.id, context.req.valid('param').agent);
    if (agent === undefined) throw new AppError('not_found', 'There is no such agent.');
    const body = context.req.valid('json');
    refuseAboveMax(body.access, organisation.maxAccess);
    if (body.access === 'full' && highestAccess(agent.role) === 'read') {
      throw new AppError('forbidden', 'An agent that is a viewer can only hold read-only keys.');
    }
    await requireCallsWithin(callLimits, organisation.id, body.calls_per_minute);
    const created = await keys.create({
      orgId: organisation.id,
      holder: { agentId: agent.id },
      name: requireName(body.name),
      access: body.access,
      expiresInDays: body.expires_in_days ?? undefined,
      callsPerMinute: body.calls_per_minute,
      createdBy: context.get('user').userId,
      may: (role) => can(role, 'agents.manage'),
      requestId: context.get('requestId'),
    });
    return context.json({ id: created.keyId, secret: created.secret }, 201);
  });

  for (const verb of ['suspend', 'resume', 'delete'] as const) {
    const { absent, callers, description, id, isDangerous, status, summary } = VERBS[verb];
    const described = describeRoute({
      id,
      summary,
      description,
      action: 'agents.manage',
      callers,
      isDangerous,
      params: agentParams,
      body: nothing,
      answer: z.object({ id: z.string(), status: z.literal(status) }),
    });
    app.post(`/:agent/${verb}`, described, async (context) => {
      const { agent: agentId } = context.req.valid('param');
      const done = await agents[verb]({
        orgId: context.get('organisation').id,
        agentId,
        decidedBy: context.get('user').userId,
        requestId: context.get('requestId'),
      });
      if (!done) throw new AppError('not_found', absent);
      return context.json({ id: agentId, status });
    });
  }

  return app;
}

function presentAgent({ agent, fullKeys, keys, lastUsedAt, ownerEmail }: ListedAgent) {
  return {
    id: agent.id,
    name: agent.name,
    role: agent.role,
    status: agent.suspendedAt === null ? 'active' : 'suspended',
    keys,
    full_keys: fullKeys,
    last_used_at: lastUsedAt?.toISOString() ?? null,
    created_by: ownerEmail,
    created_at: agent.createdAt.toISOString(),
  };
}

function requireName(given: string): string {
  const name = displayName(given, KEY_NAME_CHARACTERS_MAX);
  if (name === undefined) throw new AppError('invalid_request', 'name: must not be empty');
  return name;
}

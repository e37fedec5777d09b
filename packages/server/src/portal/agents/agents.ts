import { Hono } from 'hono';
import { z } from 'zod';
import { highestAccess } from '../../kernel/access.ts';
import { displayName } from '../../kernel/display-name.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Keys } from '../../keys/keys.ts';
import type { Agents } from '../../people/agents/agents.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import { KEY_NAME_CHARACTERS_MAX, newKeyAnswer, newKeySchema } from '../keys/keys.ts';
import { pathId } from '../read-id.ts';
import { listOf, nothing, time } from '../shapes.ts';

const agentRole = z.enum(['member', 'viewer']);
const agentParams = z.object({ agent: pathId('agt').describe('Its id, as list_agents shows it.') });

const LIST = {
  id: 'list_agents',
  summary: 'List agents',
  description: 'Programs that are members of the organisation, each with a role and a status.',
  action: 'agents.read',
  answer: listOf(
    z.object({
      id: z.string(),
      name: z.string(),
      role: agentRole,
      status: z.enum(['active', 'suspended']),
      created_at: time,
    }),
  ),
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
export function createAgentRoutes({ agents, keys }: { agents: Agents; keys: Keys }): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', describeRoute(LIST), async (context) => {
    const listed = await agents.list(context.get('organisation').id);
    return context.json({
      items: listed.map((agent) => ({
        id: agent.id,
        name: agent.name,
        role: agent.role,
        status: agent.suspendedAt === null ? 'active' : 'suspended',
        created_at: agent.createdAt.toISOString(),
      })),
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
    if (body.access === 'full' && highestAccess(agent.role) === 'read') {
      throw new AppError('forbidden', 'An agent that is a viewer can only hold read-only keys.');
    }
    const created = await keys.create({
      orgId: organisation.id,
      holder: { agentId: agent.id },
      name: requireName(body.name),
      access: body.access,
      expiresInDays: body.expires_in_days ?? undefined,
      createdBy: context.get('user').userId,
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

function requireName(given: string): string {
  const name = displayName(given, KEY_NAME_CHARACTERS_MAX);
  if (name === undefined) throw new AppError('invalid_request', 'name: must not be empty');
  return name;
}

import { Hono } from 'hono';
import { z } from 'zod';
import { highestAccess } from '../../kernel/access.ts';
import { displayName } from '../../kernel/display-name.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Keys } from '../../keys/keys.ts';
import type { Agents } from '../../people/agents/agents.ts';
import type { OrganisationEnv } from '../env.ts';
import { requireRole } from '../guards.ts';
import { KEY_NAME_CHARACTERS_MAX, newKeySchema } from '../keys/keys.ts';
import { readBody } from '../read-body.ts';
import { readId } from '../read-id.ts';

const newAgentSchema = z.strictObject({ name: z.string(), role: z.enum(['member', 'viewer']) });

/** `/portal/v1/organisations/{org}/agents`: non-human members, each with keys of its own. For admins. */
export function createAgentRoutes({ agents, keys }: { agents: Agents; keys: Keys }): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'agents.read');
    const listed = await agents.list(organisation.id);
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

  app.post('/', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'agents.manage');
    const body = await readBody(context, newAgentSchema);
    const created = await agents.create({
      orgId: organisation.id,
      name: requireName(body.name),
      role: body.role,
      createdBy: context.get('user').userId,
      requestId: context.get('requestId'),
    });
    if (!created.ok) throw new AppError('conflict', 'There is an agent of that name.');
    return context.json({ id: created.value.agentId }, 201);
  });

  app.post('/:agent/keys', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'agents.manage');
    const agent = await agents.find(organisation.id, readId('agt', context.req.param('agent')));
    if (agent === undefined) throw new AppError('not_found', 'There is no such agent.');
    const body = await readBody(context, newKeySchema);
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
    app.post(`/:agent/${verb}`, async (context) => {
      const organisation = context.get('organisation');
      requireRole(organisation.role, 'agents.manage');
      await readBody(context, z.strictObject({}));
      const agentId = readId('agt', context.req.param('agent'));
      const done = await agents[verb]({
        orgId: organisation.id,
        agentId,
        decidedBy: context.get('user').userId,
        requestId: context.get('requestId'),
      });
      if (!done) throw new AppError('not_found', ABSENT[verb]);
      return context.json({ id: agentId, status: STATUS_AFTER[verb] });
    });
  }

  return app;
}

const STATUS_AFTER = { suspend: 'suspended', resume: 'active', delete: 'deleted' } as const;

const ABSENT = {
  suspend: 'There is no such agent that is active.',
  resume: 'There is no such agent that is suspended.',
  delete: 'There is no such agent.',
} as const;

function requireName(given: string): string {
  const name = displayName(given, KEY_NAME_CHARACTERS_MAX);
  if (name === undefined) throw new AppError('invalid_request', 'name: must not be empty');
  return name;
}

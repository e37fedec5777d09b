import { Hono } from 'hono';
import { z } from 'zod';
import type { ClientRules } from '../../grants/client-rules.ts';
import { AppError } from '../../kernel/errors.ts';
import type { OrganisationEnv } from '../env.ts';
import { requireRole } from '../guards.ts';
import { readBody } from '../read-body.ts';

const SUBJECT_CHARACTERS_MAX = 2048;
const HOST = /^host:(?=.{1,253}$)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;
const CLIENT_ID = /^(?:cli_[A-Za-z0-9_-]{1,64}|https:\/\/[\x21-\x7e]+)$/;

const ruleSchema = z.strictObject({
  /** A client id, or `host:` and the name of a host. */
  subject: z
    .string()
    .max(SUBJECT_CHARACTERS_MAX)
    .refine((subject) => HOST.test(subject) || CLIENT_ID.test(subject), {
      error: 'must be a client id, or host: and a host name such as host:claude.ai',
    }),
  /** Null: no rule any more. */
  rule: z.enum(['approved', 'blocked']).nullable(),
});

export interface ClientRuleRoutesDeps {
  clientRules: ClientRules;
}

/** `/portal/v1/organisations/{org}/client-rules`: which apps members may connect. For admins. */
export function createClientRuleRoutes({ clientRules }: ClientRuleRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'clients.manage');
    const rules = await clientRules.list(organisation.id);
    return context.json({
      items: rules.map(({ subject, rule, createdAt }) => ({
        subject,
        rule,
        created_at: createdAt.toISOString(),
      })),
    });
  });

  app.put('/', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'clients.manage');
    const { subject, rule } = await readBody(context, ruleSchema);
    const decision = { orgId: organisation.id, subject, requestId: context.get('requestId') };
    const { userId } = context.get('user');
    if (rule === null) {
      const removed = await clientRules.remove({ ...decision, removedBy: userId });
      if (!removed) throw new AppError('not_found', 'There is no rule about this.');
      return context.json({ subject, rule, connections_ended: 0 });
    }
    const { ended } = await clientRules.set({ ...decision, rule, createdBy: userId });
    return context.json({ subject, rule, connections_ended: ended });
  });

  return app;
}

import { Hono } from 'hono';
import { z } from 'zod';
import type { ClientRules } from '../../grants/client-rules.ts';
import { AppError } from '../../kernel/errors.ts';
import type { OrganisationEnv } from '../env.ts';
import { describeRoute } from '../describe-route.ts';
import { listOf, time } from '../shapes.ts';

const SUBJECT_CHARACTERS_MAX = 2048;
const HOST = /^host:(?=.{1,253}$)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;
const CLIENT_ID = /^(?:cli_[A-Za-z0-9_-]{1,64}|https:\/\/[\x21-\x7e]+)$/;

const rule = z.enum(['approved', 'blocked']);

const ruleSchema = z.strictObject({
  subject: z
    .string()
    .max(SUBJECT_CHARACTERS_MAX)
    .refine((subject) => HOST.test(subject) || CLIENT_ID.test(subject), {
      error: 'must be a client id, or host: and a host name such as host:claude.ai',
    })
    .describe('A client id, or host: and the name of a host.'),
  rule: rule.nullable().describe('null: no rule any more.'),
});

const LIST = {
  id: 'list_client_rules',
  summary: 'List which apps are approved or blocked',
  description:
    'What admins said of apps that members may connect. An app that none is about is up to its member.',
  action: 'clients.manage',
  answer: listOf(z.object({ subject: z.string(), rule, created_at: time })),
} as const;

const SET = {
  id: 'set_client_rule',
  summary: 'Approve or block an app',
  description: 'Says whether members may connect an app. Blocking one ends its connections at once.',
  action: 'clients.manage',
  body: ruleSchema,
  answer: z.object({ subject: z.string(), rule: rule.nullable(), connections_ended: z.int() }),
} as const;

export interface ClientRuleRoutesDeps {
  clientRules: ClientRules;
}

/** `/portal/v1/organisations/{org}/client-rules`: which apps members may connect. For admins. */
export function createClientRuleRoutes({ clientRules }: ClientRuleRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', describeRoute(LIST), async (context) => {
    const rules = await clientRules.list(context.get('organisation').id);
    return context.json({
      items: rules.map(({ subject, rule, createdAt }) => ({
        subject,
        rule,
        created_at: createdAt.toISOString(),
      })),
    });
  });

  app.put('/', describeRoute(SET), async (context) => {
    const { subject, rule } = context.req.valid('json');
    const decision = { orgId: context.get('organisation').id, subject, requestId: context.get('requestId') };
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

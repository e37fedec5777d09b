import { Hono } from 'hono';
import { z } from 'zod';
import type { ClientRules } from '../../grants/client-rules.ts';
import type { PortalClients } from '../../grants/portal-clients.ts';
import { AppError } from '../../kernel/errors.ts';
import type { OrganisationEnv } from '../env.ts';
import { describeRoute } from '../describe-route.ts';
import { readPlace, writePlace } from '../place-cursor.ts';
import { pageOf, time } from '../shapes.ts';

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
    'What admins said of apps that members may connect. An app that none is about is a matter of `client_policy`, in the security settings.',
  action: 'clients.manage',
  query: z.object({
    q: z.string().max(SUBJECT_CHARACTERS_MAX).optional().describe('In what it is about, or the app’s name.'),
    rule: rule.optional(),
    cursor: z.string().max(8000).optional().describe('next_cursor of the page before.'),
  }),
  answer: pageOf(
    z.object({
      subject: z.string(),
      name: z
        .string()
        .nullable()
        .describe('Of the app that it is about; null: it is about a host, or unknown.'),
      rule,
      created_at: time,
    }),
  ).extend({ total: z.int().nonnegative().describe('On all pages.') }),
} as const;

const SET = {
  id: 'set_client_rule',
  summary: 'Approve or block an app',
  description:
    'Says whether members may connect an app. Blocking one ends its connections at once; so does taking an approval back that it needs.',
  action: 'clients.manage',
  body: ruleSchema,
  answer: z.object({ subject: z.string(), rule: rule.nullable(), connections_ended: z.int() }),
} as const;

export interface ClientRuleRoutesDeps {
  clientRules: ClientRules;
  portalClients: PortalClients;
}

/** `/portal/v1/organisations/{org}/client-rules`: which apps members may connect. For admins. */
export function createClientRuleRoutes({
  clientRules,
  portalClients,
}: ClientRuleRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', describeRoute(LIST), async (context) => {
    const { cursor, q, rule: wanted } = context.req.valid('query');
    const { items, next, total } = await portalClients.rulePage(
      { orgId: context.get('organisation').id, q, rule: wanted },
      readPlace(cursor, 'name')?.id,
    );
    return context.json({
      items: items.map(({ clientName, rule: { createdAt, rule, subject } }) => ({
        subject,
        name: clientName,
        rule,
        created_at: createdAt.toISOString(),
      })),
      next_cursor: next === undefined ? null : writePlace({ at: '', id: next }),
      total,
    });
  });

  app.put('/', describeRoute(SET), async (context) => {
    const { subject, rule } = context.req.valid('json');
    const decision = { orgId: context.get('organisation').id, subject, requestId: context.get('requestId') };
    const { userId } = context.get('user');
    if (rule === null) {
      const removed = await clientRules.remove({ ...decision, removedBy: userId });
      if (!removed.ok) throw FAULTS[removed.error];
      return context.json({ subject, rule, connections_ended: removed.value.ended });
    }
    const set = await clientRules.set({ ...decision, rule, createdBy: userId });
    if (!set.ok) throw FAULTS[set.error];
    return context.json({ subject, rule, connections_ended: set.value.ended });
  });

  return app;
}

const FAULTS = {
  forbidden: new AppError('forbidden', 'Only an admin decides about apps.'),
  no_rule: new AppError('not_found', 'There is no rule about this.'),
};

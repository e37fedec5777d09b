import { Hono } from 'hono';
import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import type { OrganisationId } from '../../kernel/ids.ts';
import {
  AUDIT_DAYS,
  type AuditRetentionFault,
  type OrganisationAuditRetention,
} from '../../people/organisations/audit-retention.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import { time } from '../shapes.ts';

const days = z.literal(AUDIT_DAYS).nullable().describe('Days; null: for ever.');
const changeSchema = z.strictObject({
  days,
  was: days.describe('As it stood when the form was shown: what changed meanwhile is not undone.'),
});

const answer = z.object({
  days,
  oldest: time
    .nullable()
    .describe('When the oldest entry that there still is was sealed; null: there is none.'),
});

const GET = {
  id: 'get_audit_retention',
  summary: 'Get how long the audit log is kept',
  description: 'For how many days entries of the audit log are kept, and how far back they go.',
  action: 'audit.retain',
  answer,
} as const;

const CHANGE = {
  id: 'change_audit_retention',
  summary: 'Change how long the audit log is kept',
  description:
    'Changes for how many days entries of the audit log are kept. What is older is deleted within a day, and nothing brings it back.',
  action: 'audit.retain',
  body: changeSchema,
  answer,
} as const;

export interface AuditRetentionRoutesDeps {
  auditRetention: OrganisationAuditRetention;
}

/** `/portal/v1/organisations/{org}/settings/audit-log`: how long it is kept. For owners. */
export function createAuditRetentionRoutes({
  auditRetention,
}: AuditRetentionRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  async function present(orgId: OrganisationId): Promise<z.infer<typeof answer>> {
    const found = await auditRetention.of(orgId);
    if (found === undefined) throw new AppError('not_found', 'There is no such organisation.');
    return {
      days: AUDIT_DAYS.find((each) => each === found.days) ?? null,
      oldest: found.oldest?.toISOString() ?? null,
    };
  }

  app.get('/', describeRoute(GET), async (context) =>
    context.json(await present(context.get('organisation').id)),
  );

  app.put('/', describeRoute(CHANGE), async (context) => {
    const body = context.req.valid('json');
    const orgId = context.get('organisation').id;
    const changed = await auditRetention.change({
      orgId,
      was: body.was,
      becomes: body.days,
      by: context.get('user').userId,
      requestId: context.get('requestId'),
    });
    if (!changed.ok) throw FAULTS[changed.error];
    return context.json(await present(orgId));
  });

  return app;
}

const FAULTS: Readonly<Record<AuditRetentionFault, AppError>> = {
  changed_meanwhile: new AppError(
    'conflict',
    'Somebody else changed how long the log is kept meanwhile. Nothing was saved: look at what it is now.',
  ),
  forbidden: new AppError('forbidden', 'Only an owner changes how long the audit log is kept.'),
};

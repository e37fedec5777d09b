import { Hono } from 'hono';
import { z } from 'zod';
import type { OrganisationQuota } from '../../kernel/call-limits.ts';
import { AppError } from '../../kernel/errors.ts';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { OrganisationQuotas, QuotaFault } from '../../people/organisations/quotas.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import { time } from '../shapes.ts';

const inAMonth = z.int().min(1).max(1_000_000_000_000);
const atOnce = z.int().min(1).max(1_000_000_000);
const quotaShape = {
  calls_per_month: inAMonth.nullable().describe('Calls in a month of UTC; null: as many as `most` says.'),
  credits_per_month: inAMonth
    .nullable()
    .describe(
      'Credits in a month, as the documents of the tools say what a call costs; null: as `most` says.',
    ),
  calls_at_once_per_key: atOnce
    .nullable()
    .describe('Calls of a key that are under way at the same time, on each node; null: as `most` says.'),
  calls_at_once: atOnce.nullable().describe('The same of all keys together.'),
};
const quotaSchema = z.strictObject(quotaShape);

const changeSchema = quotaSchema.extend({
  was: quotaSchema.describe('As it stood when the form was shown: what changed meanwhile is not undone.'),
});

const answer = z.object({
  ...quotaShape,
  most: z.object(quotaShape).describe('What the operator allows; null: there is no end. The smaller holds.'),
  this_month: z
    .object({ calls: z.number(), credits: z.number(), ends_at: time })
    .describe(
      'What was used of it, some seconds behind. Calls and credits are counted while there is a quota for them.',
    ),
});

const GET = {
  id: 'get_quota',
  summary: 'Get the monthly quota',
  description:
    'How many calls and credits the organisation may use in a month, how many it has used, and how many calls may be under way at once.',
  action: 'settings.read',
  callers: 'anyone',
  answer,
} as const;

const CHANGE = {
  id: 'change_quota',
  summary: 'Change the monthly quota',
  description:
    'Changes how many calls and credits the organisation may use in a month, and how many calls may be under way at once, below what the operator allows. It holds from the next call on.',
  action: 'settings.manage',
  body: changeSchema,
  answer,
} as const;

export interface QuotaRoutesDeps {
  quotas: OrganisationQuotas;
}

/** `/portal/v1/organisations/{org}/settings/quota`: calls and credits in a month, and calls at once. */
export function createQuotaRoutes({ quotas }: QuotaRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  async function present(orgId: OrganisationId): Promise<z.infer<typeof answer>> {
    const [own, used] = await Promise.all([quotas.of(orgId), quotas.used(orgId)]);
    if (own === undefined) throw new AppError('not_found', 'There is no such organisation.');
    const { calls, credits, endsAt } = used;
    return {
      ...shown(own),
      most: shown(quotas.most),
      this_month: { calls, credits, ends_at: endsAt.toISOString() },
    };
  }

  app.get('/', describeRoute(GET), async (context) =>
    context.json(await present(context.get('organisation').id)),
  );

  app.put('/', describeRoute(CHANGE), async (context) => {
    const { was, ...becomes } = context.req.valid('json');
    const orgId = context.get('organisation').id;
    const changed = await quotas.change({
      orgId,
      was: read(was),
      becomes: read(becomes),
      by: context.get('user').userId,
      requestId: context.get('requestId'),
    });
    if (!changed.ok) throw faultOf(changed.error);
    return context.json(await present(orgId));
  });

  return app;
}

function faultOf(fault: QuotaFault): AppError {
  switch (fault) {
    case 'changed_meanwhile':
      return new AppError(
        'conflict',
        'Somebody else changed the quota meanwhile. Nothing was saved: look at what it is now.',
      );
    case 'forbidden':
      return new AppError('forbidden', 'Only an admin changes the quota.');
    case 'above_ceiling':
      return new AppError('invalid_request', 'The operator does not allow as much. `most` says how much.');
  }
}

function shown(quota: OrganisationQuota): z.infer<typeof quotaSchema> {
  return {
    calls_per_month: quota.monthlyCalls,
    credits_per_month: quota.monthlyCredits,
    calls_at_once_per_key: quota.callsAtOncePerKey,
    calls_at_once: quota.callsAtOnce,
  };
}

function read(quota: z.infer<typeof quotaSchema>): OrganisationQuota {
  return {
    monthlyCalls: quota.calls_per_month,
    monthlyCredits: quota.credits_per_month,
    callsAtOncePerKey: quota.calls_at_once_per_key,
    callsAtOnce: quota.calls_at_once,
  };
}

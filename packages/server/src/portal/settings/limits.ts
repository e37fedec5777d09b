import { Hono } from 'hono';
import { z } from 'zod';
import type { CallLimits } from '../../kernel/call-limits.ts';
import { AppError } from '../../kernel/errors.ts';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { CallLimitsFault, OrganisationCallLimits } from '../../people/organisations/call-limits.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';

const perMinute = z.int().min(1).max(1_000_000_000);
const limitsSchema = z.strictObject({
  calls_per_key: perMinute
    .nullable()
    .describe('Calls in a minute by each key; null: as many as `most` says.'),
  calls_per_organisation: perMinute
    .nullable()
    .describe('Calls in a minute by all keys together; null: as many as `most` says.'),
});

const changeSchema = limitsSchema.extend({
  was: limitsSchema.describe('As it stood when the form was shown: what changed meanwhile is not undone.'),
});

const count = z.int().nonnegative();
const answer = z.object({
  ...limitsSchema.shape,
  most: z
    .object({ calls_per_key: perMinute, calls_per_organisation: perMinute })
    .describe('What the operator allows. The smaller limit holds.'),
  busiest_hour: z
    .object({ key: count, organisation: count })
    .describe('Calls in the busiest hour of the last 7 days: by a single key, and by all together.'),
});

const GET = {
  id: 'get_limits',
  summary: 'Get the limits',
  description:
    'How many calls in a minute each key and the whole organisation may make, and how many they made in the busiest hour of the last 7 days.',
  action: 'settings.read',
  callers: 'anyone',
  answer,
} as const;

const CHANGE = {
  id: 'change_limits',
  summary: 'Change the limits',
  description:
    'Changes how many calls in a minute each key and the whole organisation may make, below what the operator allows. It holds from the next call on.',
  action: 'settings.manage',
  body: changeSchema,
  answer,
} as const;

export interface LimitRoutesDeps {
  callLimits: OrganisationCallLimits;
}

/** `/portal/v1/organisations/{org}/settings/limits`: calls in a minute. */
export function createLimitRoutes({ callLimits }: LimitRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();
  const { ceilings } = callLimits;
  const most = { calls_per_key: ceilings.perKey, calls_per_organisation: ceilings.perOrganisation };

  async function present(orgId: OrganisationId): Promise<z.infer<typeof answer>> {
    const [limits, busiest] = await Promise.all([callLimits.of(orgId), callLimits.busiestHour(orgId)]);
    if (limits === undefined) throw new AppError('not_found', 'There is no such organisation.');
    return {
      calls_per_key: limits.perKey,
      calls_per_organisation: limits.perOrganisation,
      most,
      busiest_hour: busiest,
    };
  }

  app.get('/', describeRoute(GET), async (context) =>
    context.json(await present(context.get('organisation').id)),
  );

  app.put('/', describeRoute(CHANGE), async (context) => {
    const { was, ...becomes } = context.req.valid('json');
    const orgId = context.get('organisation').id;
    const changed = await callLimits.change({
      orgId,
      was: read(was),
      becomes: read(becomes),
      by: context.get('user').userId,
      requestId: context.get('requestId'),
    });
    if (!changed.ok) throw faultOf(changed.error, most);
    return context.json(await present(orgId));
  });

  return app;
}

function faultOf(
  fault: CallLimitsFault,
  most: { readonly calls_per_key: number; readonly calls_per_organisation: number },
): AppError {
  if (fault === 'changed_meanwhile') {
    return new AppError(
      'conflict',
      'Somebody else changed the limits meanwhile. Nothing was saved: look at what they are now.',
    );
  }
  if (fault === 'forbidden') return new AppError('forbidden', 'Only an admin changes the limits.');
  const { calls_per_key: key, calls_per_organisation: organisation } = most;
  return new AppError(
    'invalid_request',
    `The operator allows ${key} calls a minute for a key and ${organisation} for the organisation, and no more.`,
  );
}

function read(limits: z.infer<typeof limitsSchema>): CallLimits {
  return { perKey: limits.calls_per_key, perOrganisation: limits.calls_per_organisation };
}

import { Hono } from 'hono';
import { z } from 'zod';
import { USAGE_RANGES, type Usage, type UsageQuestion, type UsageReport } from '../../audit/usage-report.ts';
import { can } from '../../people/policy.ts';
import { csvLine } from '../csv.ts';
import { describeRoute } from '../describe-route.ts';
import { download } from '../download.ts';
import type { OrganisationEnv } from '../env.ts';
import { namesOfNoApp } from '../no-app.ts';
import { time } from '../shapes.ts';
import { wantedText as text } from '../wanted-text.ts';

const GROUPS_MAX = 100;

const questionShape = {
  range: z.enum(USAGE_RANGES).default('24h').describe('How far back, in whole hours or days of UTC.'),
  by: z.enum(['tool', 'client', 'person', 'key']).default('tool').describe('What the calls are grouped by.'),
  tool: text('Of this tool alone.'),
  client: text('Through this app alone: its id.'),
  person: text('Of this person or agent alone: the id.'),
  key: text('With this key or connection alone: its id.'),
};

export const usageShape = z.object({
  calls: z.number().int(),
  refused: z.number().int().describe('By Latchkey: access, a rule, arguments that the tool does not take.'),
  limited: z.number().int().describe('The API behind a tool answered 429.'),
  client_errors: z.number().int().describe('It answered 4xx, 429 apart.'),
  server_errors: z.number().int().describe('It answered 5xx.'),
  failed: z.number().int().describe('It did not answer, or nothing that could be used.'),
  p50_ms: z
    .number()
    .int()
    .nullable()
    .describe('Half of the calls took at most this long; null: none was timed.'),
  p95_ms: z.number().int().nullable(),
});

const REPORT = {
  id: 'get_usage',
  summary: 'See how much the tools are used',
  description:
    'Calls, how they ended and how long they took: in all, over time, and by tool, app, person or key, the busiest first. Admins see everybody’s, members their own. Counts are some seconds behind.',
  action: 'usage.read',
  query: z.object(questionShape),
  answer: z.object({
    from: time,
    to: time,
    step_seconds: z.number().int(),
    whose: z.enum(['all', 'own']),
    totals: usageShape,
    series: z.array(usageShape.extend({ at: time.describe('When the step begins.') })),
    groups: z.array(
      usageShape.extend({
        id: z.string().describe('Empty: none, such as calls that came through no app.'),
        name: z.string().nullable().describe('null: it has no name, or none any more.'),
        action: z.string().describe('What kind of call; among several the last by name.'),
      }),
    ),
    groups_in_all: z.number().int(),
  }),
} as const;

const EXPORT = {
  id: 'export_usage',
  summary: 'Download how much the tools are used',
  description: 'Every group of get_usage as CSV.',
  action: 'usage.read',
  callers: 'session',
  query: z.object(questionShape),
  answer: z.string(),
  answerType: 'text/csv',
} as const;

export interface UsageRoutesDeps {
  usageReport: UsageReport;
}

/** `/portal/v1/organisations/{org}/usage`: how much is called. Members see their own calls, admins all. */
export function createUsageRoutes({ usageReport }: UsageRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', describeRoute(REPORT), async (context) => {
    const { by, ...given } = context.req.valid('query');
    const question = questionOf(context.get('organisation'), context.get('user'), given);
    const report = await usageReport.report(question, by, GROUPS_MAX);
    return context.json({
      from: report.from.toISOString(),
      to: report.to.toISOString(),
      step_seconds: report.stepSeconds,
      whose: question.ownedBy === undefined ? 'all' : 'own',
      totals: presentUsage(report.totals),
      series: report.series.map(({ at, ...usage }) => ({ at: at.toISOString(), ...presentUsage(usage) })),
      groups: report.groups.map(({ action, id, name, ...usage }) => ({
        id,
        name: name ?? (by === 'client' ? (namesOfNoApp.get(id) ?? null) : null),
        action,
        ...presentUsage(usage),
      })),
      groups_in_all: report.groupsInAll,
    });
  });

  app.get('/export', describeRoute(EXPORT), (context) => {
    const { by, ...given } = context.req.valid('query');
    const organisation = context.get('organisation');
    const question = questionOf(organisation, context.get('user'), given);
    const lines = async function* (): AsyncGenerator<string> {
      yield csvLine([by, 'id', ...Object.keys(usageShape.shape)]);
      for await (const groups of usageReport.groups(question, by)) {
        yield groups
          .map(({ action: _action, id, name, ...usage }) =>
            csvLine([
              name ?? (by === 'client' ? namesOfNoApp.get(id) : undefined) ?? '',
              id,
              ...Object.values(presentUsage(usage)),
            ]),
          )
          .join('');
      }
    };
    return download(lines(), `usage-${organisation.slug}-${given.range}.csv`, 'text/csv; charset=utf-8');
  });

  return app;
}

function questionOf(
  { id, role }: OrganisationEnv['Variables']['organisation'],
  { userId }: OrganisationEnv['Variables']['user'],
  given: Omit<UsageQuestion, 'orgId' | 'ownedBy'>,
): UsageQuestion {
  return { ...given, orgId: id, ownedBy: can(role, 'usage.read.any') ? undefined : userId };
}

/** In the order of `usageShape`. */
export function presentUsage(usage: Usage): z.infer<typeof usageShape> {
  return {
    calls: usage.calls,
    refused: usage.refused,
    limited: usage.limited,
    client_errors: usage.clientErrors,
    server_errors: usage.serverErrors,
    failed: usage.failed,
    p50_ms: usage.p50 ?? null,
    p95_ms: usage.p95 ?? null,
  };
}

import { Hono } from 'hono';
import { z } from 'zod';

import type { Clock } from '../../kernel/clock.ts';
import { loadBundle } from './bundles.ts';
import type { ReelportEnv } from './caller.ts';
import type { Database } from './database.ts';
import { readQuery } from './input.ts';
import { invalid } from './problem.ts';

const DAY_MS = 86_400_000;
const DAYS_DEFAULT = 28;
const DAYS_MAX = 366;

const date = z.iso
  .date('must be a date such as 2026-11-20')
  .regex(/^20/, 'must be a day of this century')
  .optional();
const periodQuery = z.strictObject({ from: date, to: date });

interface Period {
  from: string;
  to: string;
}

interface DayRow {
  date: string;
  views: number;
  likes: number;
  shares: number;
}

export function analyticsRoutes({ database, clock }: { database: Database; clock: Clock }) {
  const routes = new Hono<ReelportEnv>();

  routes.get('/bundles/:bundle_id/analytics', async (c) => {
    const { from, to } = toPeriod(readQuery(c, periodQuery), clock);
    const { orgId } = c.get('caller');
    const { id } = await loadBundle(database, orgId, c.req.param('bundle_id'));
    const days = await database.rows<DayRow>(
      `select to_char(day, 'YYYY-MM-DD') as date, views, likes, shares from reelport.daily_numbers
       where org_id = $1 and bundle_id = $2 and day between $3 and $4 order by day`,
      [orgId, id, from, to],
    );
    return c.json({ bundle_id: id, from, to, total: totalOf(days), days: days.map(presentDay) });
  });

  routes.get('/analytics/overview', async (c) => {
    const { from, to } = toPeriod(readQuery(c, periodQuery), clock);
    const { orgId } = c.get('caller');
    const days = await database.rows<DayRow>(
      `select to_char(day, 'YYYY-MM-DD') as date,
         sum(views)::int as views, sum(likes)::int as likes, sum(shares)::int as shares
       from reelport.daily_numbers where org_id = $1 and day between $2 and $3 group by day order by day`,
      [orgId, from, to],
    );
    const top = await database.rows<{ bundle_id: string; title: string; views: number }>(
      `select bundles.id as bundle_id, bundles.title, sum(views)::int as views
       from reelport.daily_numbers
       join reelport.bundles on bundles.org_id = daily_numbers.org_id and bundles.id = bundle_id
       where daily_numbers.org_id = $1 and day between $2 and $3
       group by bundles.id, bundles.title order by views desc, bundles.id limit 10`,
      [orgId, from, to],
    );
    return c.json({ from, to, total: totalOf(days), days: days.map(presentDay), top_bundles: top });
  });

  return routes;
}

function toPeriod(query: z.infer<typeof periodQuery>, clock: Clock): Period {
  const to = query.to ?? dayOf(clock.nowMs());
  const from = query.from ?? dayOf(Date.parse(to) - (DAYS_DEFAULT - 1) * DAY_MS);
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  if (days < 1) throw invalid([{ in: 'query', field: 'from', message: 'must not be after to' }]);
  if (days > DAYS_MAX) {
    throw invalid([{ in: 'query', field: 'from', message: `must be at most ${DAYS_MAX} days before to` }]);
  }
  return { from, to };
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function presentDay({ date: day, views, likes, shares }: DayRow) {
  return { date: day, views, likes, shares };
}

function totalOf(days: readonly DayRow[]) {
  return {
    views: days.reduce((sum, day) => sum + day.views, 0),
    likes: days.reduce((sum, day) => sum + day.likes, 0),
    shares: days.reduce((sum, day) => sum + day.shares, 0),
  };
}

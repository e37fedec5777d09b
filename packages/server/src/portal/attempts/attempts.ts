import { Hono } from 'hono';
import { z } from 'zod';
import type { ListAttempts } from '../../audit/attempts/list-attempts.ts';
import { can } from '../../people/policy.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import { readCursor, writeCursor } from '../page-cursor.ts';
import { moment, pageOf, time } from '../shapes.ts';
import { attemptShape, presentAttempt } from './attempt-shape.ts';

const LIST = {
  id: 'list_connection_attempts',
  summary: 'List attempts to connect',
  description:
    'How apps got on with connecting in the last seven days, the newest first, fifty at a time: every step from the first 401 to the first tool call, where it stopped, why, and what would help. Admins see what was tried at the URLs of the organisation; everybody else what they signed in to themselves.',
  query: z.object({
    since: moment.optional().describe('Those in which something happened since.'),
    show: z
      .enum(['connected', 'stopped'])
      .optional()
      .describe('connected: the app got as far as asking for tools; stopped: it has not.'),
    q: z.string().max(200).optional().describe('In the app’s name, its user agent, the URL, the person.'),
    cursor: z.string().max(400).optional().describe('next_cursor of the page before.'),
  }),
  answer: pageOf(attemptShape).extend({ now: time.describe('To ask from here on with since.') }),
} as const;

export interface AttemptRoutesDeps {
  listAttempts: ListAttempts;
  mcpBaseUrl: string;
}

/** `/portal/v1/organisations/{org}/attempts`: the trace of connecting. */
export function createAttemptRoutes({ listAttempts, mcpBaseUrl }: AttemptRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', describeRoute(LIST), async (context) => {
    const { id: orgId, role } = context.get('organisation');
    const { cursor, q, show, since } = context.req.valid('query');
    const seesAll = can(role, 'connections.read.any');
    const before = readCursor(cursor);
    const { items, next, now } = await listAttempts({
      orgId,
      viewer: context.get('user').userId,
      seesAll,
      since: since === undefined ? undefined : new Date(since),
      connected: show === undefined ? undefined : show === 'connected',
      q: q === undefined || q.trim() === '' ? undefined : q.trim(),
      before: before && { startedAt: new Date(before.atMs), id: before.id },
    });
    return context.json({
      items: items.map((item) => presentAttempt(item, { mcpBaseUrl, withNetwork: seesAll })),
      next_cursor: next === undefined ? null : writeCursor({ atMs: next.startedAt.getTime(), id: next.id }),
      now: now.toISOString(),
    });
  });

  return app;
}

import { Hono, type Context } from 'hono';
import { z } from 'zod';
import type { ConnectionFault, ConnectionRef, Connections } from '../../grants/connections.ts';
import { AppError } from '../../kernel/errors.ts';
import type { GrantId } from '../../kernel/ids.ts';
import { can } from '../../people/policy.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import { readCursor, writeCursor } from '../page-cursor.ts';
import { pathId } from '../read-id.ts';
import { nothing, pageOf } from '../shapes.ts';
import { connectionShape, presentConnection } from './connection-shape.ts';

const params = z.object({ connection: pathId('grt').describe('Its id, as list_connections shows it.') });
const done = z.object({ id: z.string() });

const LIST = {
  id: 'list_connections',
  summary: 'List connections',
  description:
    'Apps that somebody approved and that can call tools now, a hundred at a time: which app, how it is known, where its access goes, whose it is, how far it reaches, since when, last use, expiry. Admins see everybody’s, others their own.',
  query: z.object({
    whose: z.enum(['mine', 'all']).optional().describe('Default: all that you may see.'),
    q: z.string().max(200).optional().describe('In the app’s name, its destination, its URL, the person.'),
    sort: z.enum(['created', 'used']).optional().describe('The latest first. Default: created.'),
    cursor: z.string().max(400).optional().describe('next_cursor of the page before.'),
  }),
  answer: pageOf(connectionShape).extend({ total: z.number().int().describe('On all pages.') }),
} as const;

const DISCONNECT = {
  id: 'disconnect',
  summary: 'Disconnect an app',
  description:
    'Ends a connection with its key and all of its tokens, at once and everywhere. The app asks to be connected again. People end their own, admins any.',
  callers: 'person',
  params,
  body: nothing,
  answer: done,
} as const;

const LOWER = {
  id: 'make_connection_read_only',
  summary: 'Make a connection read-only',
  description:
    'Takes full access from a connection, at once and everywhere: it goes on with read-only tools and does not have to connect again. Only a new consent gives full access back.',
  callers: 'person',
  params,
  body: nothing,
  answer: done,
} as const;

export interface ConnectionRoutesDeps {
  connections: Connections;
  mcpBaseUrl: string;
}

/** `/portal/v1/organisations/{org}/connections`: what was approved and is live. */
export function createConnectionRoutes({
  connections,
  mcpBaseUrl,
}: ConnectionRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', describeRoute(LIST), async (context) => {
    const { id: orgId, maxAccess, role } = context.get('organisation');
    const { userId: self } = context.get('user');
    const { cursor, q = '', sort = 'created', whose } = context.req.valid('query');
    const seesAll = can(role, 'connections.read.any') && whose !== 'mine';
    const { items, next, total } = await connections.list({
      orgId,
      userId: seesAll ? undefined : self,
      q: q.trim(),
      sort,
      after: readCursor(cursor),
    });
    return context.json({
      items: items.map((connection) => presentConnection(connection, { maxAccess, self, mcpBaseUrl })),
      next_cursor: next === undefined ? null : writeCursor(next),
      total,
    });
  });

  app.post('/:connection/disconnect', describeRoute(DISCONNECT), async (context) => {
    const grantId = context.req.valid('param').connection;
    const ended = await connections.disconnect(connectionIn(context, grantId));
    if (!ended.ok) throw FAULTS[ended.error];
    return context.json({ id: grantId });
  });

  app.post('/:connection/read-only', describeRoute(LOWER), async (context) => {
    const grantId = context.req.valid('param').connection;
    const lowered = await connections.lower(connectionIn(context, grantId));
    if (!lowered.ok) throw FAULTS[lowered.error];
    return context.json({ id: grantId });
  });

  return app;
}

function connectionIn(context: Context<OrganisationEnv>, grantId: GrantId): ConnectionRef {
  const by = { userId: context.get('user').userId, requestId: context.get('requestId') };
  return { orgId: context.get('organisation').id, grantId, by };
}

const FAULTS: Readonly<Record<ConnectionFault, AppError>> = {
  unknown: new AppError('not_found', 'There is no such connection, or it is over.'),
  not_full: new AppError('conflict', 'This connection has no full access that could be taken from it.'),
};

import { Hono } from 'hono';
import { z } from 'zod';
import { describeRoute } from '../describe-route.ts';
import type { PortalEnv } from '../env.ts';
import { pageOf, time } from '../shapes.ts';
import type { Installed } from '../../people/operators/installed.ts';

const PAGE_ITEMS = 100;

const LIST = {
  id: 'list_operator_acts',
  summary: 'List what operators did',
  description:
    'Acts of operators on the installation and on organisations, the newest first. For operators; an act on one organisation stands in its own audit log, too.',
  callers: 'session',
  query: z.object({ cursor: z.coerce.number().int().positive().optional() }),
  answer: pageOf(
    z.object({
      id: z.string(),
      at: time,
      action: z.string(),
      who: z.string().nullable().describe('Address; null: a command on the server.'),
      organisation: z.string().nullable(),
      target: z.string().nullable(),
      target_name: z.string().nullable().describe('Address of the person that the target is.'),
      detail: z.record(z.string(), z.unknown()).nullable(),
      request_id: z.string().nullable(),
    }),
  ),
} as const;

export interface OperatorLogDeps {
  readonly installed: Installed;
}

/** `/portal/v1/operator/log`. */
export function createOperatorLogRoutes({ installed }: OperatorLogDeps): Hono<PortalEnv> {
  return new Hono<PortalEnv>().get('/', describeRoute(LIST), async (context) => {
    const { cursor: below = Number.MAX_SAFE_INTEGER } = context.req.valid('query');
    const found = await installed.listActs({ below, limit: PAGE_ITEMS + 1 });
    const items = found.slice(0, PAGE_ITEMS);
    const last = found.length > PAGE_ITEMS ? items.at(-1) : undefined;
    return context.json({
      items: items.map(
        ({ action, actorEmail, actorId, atMs, detail, id, organisation, requestId, target, targetName }) => ({
          id: String(id),
          at: new Date(atMs).toISOString(),
          action,
          who: actorEmail ?? actorId,
          organisation,
          target,
          target_name: targetName,
          detail,
          request_id: requestId,
        }),
      ),
      next_cursor: last === undefined ? null : String(last.id),
    });
  });
}

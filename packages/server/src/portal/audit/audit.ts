import { Hono } from 'hono';
import { z } from 'zod';
import type { AuditLog, AuditLogFilter } from '../../audit/audit-log.ts';
import type { ChainBreak } from '../../audit/check-chain.ts';
import type { OrganisationId } from '../../kernel/ids.ts';
import { describeRoute } from '../describe-route.ts';
import { download } from '../download.ts';
import type { OrganisationEnv } from '../env.ts';
import { moment, pageOf, time } from '../shapes.ts';
import { wantedText as text } from '../wanted-text.ts';
import { CSV_HEAD, csvOf, eventShape, presentEvent } from './present-event.ts';

const PAGE_MAX = 100;
const PAGE_DEFAULT = 50;

const filterShape = {
  from: moment.optional().describe('From this time on.'),
  to: moment.optional().describe('Before this time.'),
  actor: text('Who did it: a part of a name or address, or an id.'),
  action: text('What was done; with .* at the end all that begin so: grant.*'),
  target: text('What it was done to: a part of its name.'),
  result: z.enum(['ok', 'refused', 'failed', 'unknown']).optional(),
  client: text('The app that it was done through: a part of its name, or its id.'),
  key: text('The key or connection that it was done with: a part of its name, or its id.'),
  request_id: text('As answers carry it.'),
  intents: z
    .enum(['true', 'false'])
    .default('true')
    .describe('false: without what only announces a call that may write.'),
};

const filterSchema = z.object(filterShape);

const LIST = {
  id: 'list_audit_events',
  summary: 'Read the audit log',
  description:
    'Who did what, the newest first: calls of tools, connections, keys, members, settings. It never says what a call said or answered. A page may have fewer events than asked for, or none, and still a next_cursor: what is rare is searched for in steps.',
  action: 'audit.read',
  query: z.object({
    ...filterShape,
    cursor: z
      .string()
      .regex(/^\d{1,15}$/)
      .optional()
      .describe('next_cursor of the page before.'),
    limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
  }),
  answer: pageOf(eventShape).extend({
    searched_back_to: time
      .nullable()
      .describe('Everything since then was looked at, although the page is not full.'),
  }),
} as const;

const EXPORT = {
  id: 'export_audit_log',
  summary: 'Download the audit log',
  description: 'All events that fit, the newest first, as a file: a line of JSON for each, or CSV.',
  action: 'audit.read',
  callers: 'session',
  query: z.object({ ...filterShape, format: z.enum(['ndjson', 'csv']) }),
  answer: z.string(),
  answerType: 'application/octet-stream',
} as const;

const place = z.object({ id: z.string(), at: time.nullable() });

const CHECK = {
  id: 'check_audit_chain',
  summary: 'Check that nobody changed the audit log',
  description:
    'Compares the events of the organisation with the hashes that were taken when they were written, in order, some tens of thousands at a time.',
  action: 'audit.read',
  query: z.object({
    cursor: z
      .string()
      .regex(/^\d{1,15}$/)
      .optional()
      .describe('next_cursor of the part before; absent: from the beginning.'),
  }),
  answer: z.object({
    result: z
      .enum(['intact', 'broken'])
      .describe('intact: nothing in this part was changed, removed, put in, or deleted without a policy.'),
    events: z.number().int().describe('That are as they were written.'),
    deleted_by_policy: z.number().int().describe('Gone because of their age; the chain holds without them.'),
    first: place.nullable(),
    last: place.nullable(),
    broken: z
      .object({
        event: z.string().describe('The id of the first event that is not as it was written.'),
        at: time.nullable().describe('null: it is not there any more.'),
        kind: z
          .enum(['changed', 'removed', 'added', 'seal', 'wiped'])
          .describe(
            'seal: the event is as the chain has it, but the chain was changed there. wiped: deleted as a policy deletes, without a policy that did.',
          ),
        last_event: z.string().nullable().describe('wiped: the id of the last event that is gone.'),
        block: z.number().int().nullable().describe('wiped: the first block of the chain that is empty.'),
      })
      .nullable(),
    not_sealed_yet: z
      .number()
      .int()
      .describe('Events of the last seconds, which the chain does not have yet.'),
    next_cursor: z.string().nullable().describe('null: this was the last part.'),
  }),
} as const;

export interface AuditRoutesDeps {
  auditLog: AuditLog;
}

/** `/portal/v1/organisations/{org}/audit`: who did what. For admins. */
export function createAuditRoutes({ auditLog }: AuditRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', describeRoute(LIST), async (context) => {
    const { cursor, limit, ...given } = context.req.valid('query');
    const { next, rows, searchedBackToMs } = await auditLog.search(
      context.get('organisation').id,
      toFilter(given),
      { cursor: cursor === undefined ? undefined : Number(cursor), limit },
    );
    return context.json({
      items: rows.map(presentEvent),
      next_cursor: next === undefined ? null : String(next),
      searched_back_to: searchedBackToMs === undefined ? null : new Date(searchedBackToMs).toISOString(),
    });
  });

  app.get('/check', describeRoute(CHECK), async (context) => {
    const { cursor } = context.req.valid('query');
    const checked = await auditLog.check(context.get('organisation').id, Number(cursor ?? 0));
    const { broken, first, last, next } = checked;
    return context.json({
      result: broken === undefined ? 'intact' : 'broken',
      events: checked.rows,
      deleted_by_policy: checked.prunedRows,
      first: first === undefined ? null : presentPlace(first),
      last: last === undefined ? null : presentPlace(last),
      broken: broken === undefined ? null : presentBreak(broken),
      not_sealed_yet: checked.waiting,
      next_cursor: next === undefined ? null : String(next),
    });
  });

  app.get('/export', describeRoute(EXPORT), async (context) => {
    const { slug, id: orgId } = context.get('organisation');
    const { format, ...given } = context.req.valid('query');
    await auditLog.noteExport({
      orgId,
      by: context.get('user').userId,
      requestId: context.get('requestId'),
      format,
      filter: given,
    });
    return download(
      linesOf(auditLog, orgId, toFilter(given), format),
      `audit-${slug}.${format}`,
      format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8',
    );
  });

  return app;
}

async function* linesOf(
  auditLog: AuditLog,
  orgId: OrganisationId,
  filter: AuditLogFilter,
  format: 'ndjson' | 'csv',
): AsyncGenerator<string> {
  if (format === 'csv') yield CSV_HEAD;
  for await (const rows of auditLog.pages(orgId, filter)) {
    const events = rows.map(presentEvent);
    yield format === 'csv'
      ? events.map(csvOf).join('')
      : events.map((event) => `${JSON.stringify(event)}\n`).join('');
  }
}

function toFilter(given: z.infer<typeof filterSchema>): AuditLogFilter {
  const { from, intents, request_id: requestId, to, ...rest } = given;
  return {
    ...rest,
    requestId,
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
    withoutIntents: intents === 'false',
  };
}

function presentBreak(broken: ChainBreak) {
  const isWipe = broken.kind === 'wiped';
  return {
    event: String(broken.rowId),
    at: broken.at?.toISOString() ?? null,
    kind: broken.kind,
    last_event: isWipe ? String(broken.lastRowId) : null,
    block: isWipe ? broken.fromBlock : null,
  };
}

function presentPlace({ at, id }: { id: number; at: Date | undefined }) {
  return { id: String(id), at: at?.toISOString() ?? null };
}

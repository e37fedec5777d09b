import { Hono } from 'hono';
import { z } from 'zod';

import type { Clock } from '../../kernel/clock.ts';
import { hashSecret, randomToken } from '../../kernel/secret.ts';
import type { ReelportEnv } from './caller.ts';
import type { Database } from './database.ts';
import { isReelportId, newReelportId } from './ids.ts';
import { readJson, readNoQuery, readQuery } from './input.ts';
import { pageQuery, readCursor, toPage } from './page.ts';
import { notFound } from './problem.ts';

const listQuery = z.strictObject(pageQuery);

const newWebhook = z.strictObject({
  url: z
    .string()
    .max(500)
    .regex(/^https:\/\/(?:[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+$/, 'must be an https URL')
    .refine(isPlainUrl, 'must be an https URL without a user name or password'),
  events: z
    .array(z.enum(['bundle.published', 'credits.low', 'account.disconnected']))
    .min(1)
    .refine((events) => new Set(events).size === events.length, 'must not hold the same event twice'),
});

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.username === '' && url.password === '';
}

interface WebhookRow {
  seq: string;
  id: string;
  url: string;
  events: string[];
  created_at: Date;
}

const COLUMNS = 'seq, id, url, events, created_at';

function presentWebhook(row: WebhookRow) {
  return { id: row.id, url: row.url, events: row.events, created_at: row.created_at };
}

/** Subscriptions are recorded and not delivered: a demo must not send requests to addresses that users choose. */
export function webhookRoutes({ database, clock }: { database: Database; clock: Clock }) {
  const routes = new Hono<ReelportEnv>();

  routes.get('/', async (c) => {
    const { limit, cursor } = readQuery(c, listQuery);
    const rows = await database.rows<WebhookRow>(
      `select ${COLUMNS} from reelport.webhooks
       where org_id = $1 and ($2::bigint is null or seq < $2) order by seq desc limit $3`,
      [c.get('caller').orgId, readCursor('webhooks', cursor), limit + 1],
    );
    return c.json(toPage('webhooks', rows, limit, presentWebhook));
  });

  routes.post('/', async (c) => {
    readNoQuery(c);
    const input = await readJson(c, newWebhook);
    const secret = `whsec_${randomToken()}`;
    const rows = await database.rows<WebhookRow>(
      `insert into reelport.webhooks (org_id, id, url, events, secret_hash, created_at)
       values ($1, $2, $3, $4, $5, $6) returning ${COLUMNS}`,
      [
        c.get('caller').orgId,
        newReelportId('whk'),
        input.url,
        input.events,
        hashSecret(secret),
        new Date(clock.nowMs()),
      ],
    );
    return c.json({ ...rows.map(presentWebhook)[0], secret }, 201);
  });

  routes.delete('/:webhook_id', async (c) => {
    readNoQuery(c);
    const webhookId = c.req.param('webhook_id');
    if (!isReelportId('whk', webhookId)) throw notFound('webhook');
    const deleted = await database.rows(
      'delete from reelport.webhooks where org_id = $1 and id = $2 returning id',
      [c.get('caller').orgId, webhookId],
    );
    if (deleted.length === 0) throw notFound('webhook');
    return c.body(null, 204);
  });

  return routes;
}

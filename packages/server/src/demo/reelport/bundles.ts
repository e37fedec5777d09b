import { Hono } from 'hono';
import { z } from 'zod';

import type { Clock } from '../../kernel/clock.ts';
import type { ReelportEnv } from './caller.ts';
import type { Database, Queries } from './database.ts';
import { isReelportId, newReelportId } from './ids.ts';
import { line, paragraphs, readJson, readNoQuery, readQuery } from './input.ts';
import { pageQuery, readCursor, toPage } from './page.ts';
import type { FieldError } from './problem.ts';
import { Problem, invalid, notFound } from './problem.ts';

const listQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(['draft', 'ready', 'published']).optional(),
});

const title = line(120);
const caption = paragraphs(2200).nullable();
const newBundle = z.strictObject({ title, caption: caption.default(null) });

const configuration = z
  .strictObject({
    title: title.optional(),
    caption: caption.optional(),
    account_ids: idList(20).optional(),
    media_ids: idList(10).optional(),
  })
  .refine((fields) => Object.keys(fields).length > 0, 'must hold at least one field');

function idList(itemsMax: number) {
  return z
    .array(z.string().max(100))
    .max(itemsMax)
    .refine((ids) => new Set(ids).size === ids.length, 'must not hold the same id twice');
}

interface BundleRow {
  seq: string;
  id: string;
  title: string;
  caption: string | null;
  status: 'draft' | 'ready' | 'published';
  account_ids: string[];
  media_ids: string[];
  credits_spent: number;
  published_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

const COLUMNS = `seq, id, title, caption, status, account_ids, media_ids, credits_spent,
  published_at, created_at, updated_at`;

export function presentBundle(row: BundleRow) {
  return {
    id: row.id,
    title: row.title,
    caption: row.caption,
    status: row.status,
    account_ids: row.account_ids,
    media_ids: row.media_ids,
    credits_spent: row.credits_spent,
    published_at: row.published_at,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

export function bundleRoutes({ database, clock }: { database: Database; clock: Clock }) {
  const routes = new Hono<ReelportEnv>();

  routes.get('/', async (c) => {
    const { limit, cursor, status } = readQuery(c, listQuery);
    const rows = await database.rows<BundleRow>(
      `select ${COLUMNS} from reelport.bundles
       where org_id = $1 and ($2::text is null or status = $2) and ($3::bigint is null or seq < $3)
       order by seq desc limit $4`,
      [c.get('caller').orgId, status ?? null, readCursor('bundles', cursor), limit + 1],
    );
    return c.json(toPage('bundles', rows, limit, presentBundle));
  });

  routes.post('/', async (c) => {
    readNoQuery(c);
    const input = await readJson(c, newBundle);
    const [row] = await database.rows<BundleRow>(
      `insert into reelport.bundles (org_id, id, title, caption, created_at, updated_at)
       values ($1, $2, $3, $4, $5, $5) returning ${COLUMNS}`,
      [c.get('caller').orgId, newReelportId('bdl'), input.title, input.caption, new Date(clock.nowMs())],
    );
    return c.json(presentBundle(found(row)), 201);
  });

  routes.get('/:bundle_id', async (c) => {
    readNoQuery(c);
    return c.json(presentBundle(await loadBundle(database, c.get('caller').orgId, c.req.param('bundle_id'))));
  });

  routes.patch('/:bundle_id', async (c) => {
    readNoQuery(c);
    const { orgId } = c.get('caller');
    const bundleId = c.req.param('bundle_id');
    const input = await readJson(c, configuration);
    const row = await database.transaction(async (tx) => {
      await loadBundle(tx, orgId, bundleId);
      await refuseUnknownIds(tx, orgId, input);
      const [changed] = await tx.rows<BundleRow>(
        `update reelport.bundles set
           title = coalesce($3, title),
           caption = case when $4 then $5 else caption end,
           account_ids = coalesce($6, account_ids),
           media_ids = coalesce($7, media_ids),
           updated_at = $8
         where org_id = $1 and id = $2 and published_at is null
         returning ${COLUMNS}`,
        [
          orgId,
          bundleId,
          input.title ?? null,
          input.caption !== undefined,
          input.caption ?? null,
          input.account_ids ?? null,
          input.media_ids ?? null,
          new Date(clock.nowMs()),
        ],
      );
      return changed ?? (await refuseUnchangeable(tx, orgId, bundleId));
    });
    return c.json(presentBundle(row));
  });

  routes.delete('/:bundle_id', async (c) => {
    readNoQuery(c);
    const { orgId } = c.get('caller');
    const bundleId = c.req.param('bundle_id');
    await loadBundle(database, orgId, bundleId);
    const deleted = await database.rows(
      'delete from reelport.bundles where org_id = $1 and id = $2 and published_at is null returning id',
      [orgId, bundleId],
    );
    if (deleted.length === 0) await refuseUnchangeable(database, orgId, bundleId);
    return c.body(null, 204);
  });

  return routes;
}

/** 404 for another organisation's bundle, exactly as for one that does not exist. */
export async function loadBundle(queries: Queries, orgId: string, bundleId: string): Promise<BundleRow> {
  if (!isReelportId('bdl', bundleId)) throw notFound('bundle');
  const [row] = await queries.rows<BundleRow>(
    `select ${COLUMNS} from reelport.bundles where org_id = $1 and id = $2`,
    [orgId, bundleId],
  );
  return found(row);
}

function found(row: BundleRow | undefined): BundleRow {
  if (row === undefined) throw notFound('bundle');
  return row;
}

/** Why a guarded statement changed nothing: the bundle is gone, or it has been published. */
async function refuseUnchangeable(queries: Queries, orgId: string, bundleId: string): Promise<never> {
  await loadBundle(queries, orgId, bundleId);
  throw new Problem('already_published', 'A published bundle cannot be changed or deleted.');
}

async function refuseUnknownIds(
  tx: Queries,
  orgId: string,
  input: { account_ids?: string[] | undefined; media_ids?: string[] | undefined },
): Promise<void> {
  // The lock makes a disconnect at the same moment wait, so that it finds the bundle it has to change.
  const accounts = await tx.rows<{ id: string }>(
    'select id from reelport.accounts where org_id = $1 and id = any($2) order by id for share',
    [orgId, (input.account_ids ?? []).filter((id) => isReelportId('acc', id))],
  );
  const media = await tx.rows<{ id: string }>(
    'select id from reelport.media where org_id = $1 and id = any($2) and sha256 is not null',
    [orgId, (input.media_ids ?? []).filter((id) => isReelportId('med', id))],
  );
  const errors = [
    ...unknownIds('account_ids', input.account_ids, accounts, 'is not a connected account'),
    ...unknownIds('media_ids', input.media_ids, media, 'is not an uploaded medium'),
  ];
  if (errors.length > 0) throw invalid(errors);
}

function unknownIds(
  field: string,
  given: string[] | undefined,
  known: readonly { id: string }[],
  message: string,
): FieldError[] {
  const knownIds = new Set(known.map((row) => row.id));
  return (given ?? []).flatMap((id, index) =>
    knownIds.has(id) ? [] : [{ in: 'body' as const, field: `${field}.${index}`, message }],
  );
}

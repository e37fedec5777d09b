import { Hono } from 'hono';
import { z } from 'zod';

import type { Clock } from '../../kernel/clock.ts';
import type { ReelportEnv } from './caller.ts';
import type { Database } from './database.ts';
import { isReelportId, newReelportId } from './ids.ts';
import { line, readJson, readNoQuery, readQuery } from './input.ts';
import { MEDIA_TYPES } from './media-types.ts';
import { readUploadForm } from './multipart.ts';
import { pageQuery, readCursor, toPage } from './page.ts';
import { notFound } from './problem.ts';
import type { UploadTokens } from './upload-token.ts';

const UPLOAD_URL_TTL_MS = 15 * 60_000;
const UPLOAD_BYTES_MAX = 50 * 1024 * 1024;

const listQuery = z.strictObject(pageQuery);

const newUpload = z.strictObject({
  filename: line(200),
  content_type: z.enum(MEDIA_TYPES),
  size_bytes: z.int().min(1).max(UPLOAD_BYTES_MAX),
  title: line(120).optional(),
});

export interface MediaRow {
  seq: string;
  id: string;
  filename: string;
  title: string | null;
  content_type: string;
  size_bytes: number;
  sha256: string | null;
  created_at: Date;
}

export const MEDIA_COLUMNS = 'seq, id, filename, title, content_type, size_bytes, sha256, created_at';

export function presentMedia(row: MediaRow) {
  return {
    id: row.id,
    filename: row.filename,
    title: row.title,
    content_type: row.content_type,
    size_bytes: row.size_bytes,
    status: row.sha256 === null ? 'awaiting_upload' : 'ready',
    sha256: row.sha256,
    created_at: row.created_at,
  };
}

export function mediaRoutes(deps: {
  database: Database;
  clock: Clock;
  uploadTokens: UploadTokens;
  /** Reelport's own address, for the upload URLs. Asked late, because the port is known late. */
  ownUrl: () => string;
}) {
  const { database, clock, uploadTokens, ownUrl } = deps;
  const routes = new Hono<ReelportEnv>();

  const insert = async (orgId: string, media: Omit<MediaRow, 'seq' | 'id' | 'created_at'>) => {
    const [row] = await database.rows<MediaRow>(
      `insert into reelport.media
         (org_id, id, filename, title, content_type, size_bytes, sha256, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${MEDIA_COLUMNS}`,
      [
        orgId,
        newReelportId('med'),
        media.filename,
        media.title,
        media.content_type,
        media.size_bytes,
        media.sha256,
        new Date(clock.nowMs()),
      ],
    );
    return found(row);
  };

  routes.get('/', async (c) => {
    const { limit, cursor } = readQuery(c, listQuery);
    const rows = await database.rows<MediaRow>(
      `select ${MEDIA_COLUMNS} from reelport.media
       where org_id = $1 and ($2::bigint is null or seq < $2) order by seq desc limit $3`,
      [c.get('caller').orgId, readCursor('media', cursor), limit + 1],
    );
    return c.json(toPage('media', rows, limit, presentMedia));
  });

  routes.post('/', async (c) => {
    readNoQuery(c);
    const { file, title } = await readUploadForm(c.req.raw);
    const row = await insert(c.get('caller').orgId, {
      filename: file.filename,
      title: title ?? null,
      content_type: file.contentType,
      size_bytes: file.bytes,
      sha256: file.sha256,
    });
    return c.json(presentMedia(row), 201);
  });

  routes.post('/uploads', async (c) => {
    readNoQuery(c);
    const { orgId } = c.get('caller');
    const input = await readJson(c, newUpload);
    const row = await insert(orgId, { ...input, title: input.title ?? null, sha256: null });
    const expiresAtMs = clock.nowMs() + UPLOAD_URL_TTL_MS;
    const token = uploadTokens.issue({ orgId, mediaId: row.id, expiresAtMs });
    return c.json(
      {
        media_id: row.id,
        upload_url: `${ownUrl()}/media/uploads/${row.id}?token=${token}`,
        content_type: row.content_type,
        expires_at: new Date(expiresAtMs),
      },
      201,
    );
  });

  routes.get('/:media_id', async (c) => {
    readNoQuery(c);
    const mediaId = c.req.param('media_id');
    if (!isReelportId('med', mediaId)) throw notFound('medium');
    const [row] = await database.rows<MediaRow>(
      `select ${MEDIA_COLUMNS} from reelport.media where org_id = $1 and id = $2`,
      [c.get('caller').orgId, mediaId],
    );
    return c.json(presentMedia(found(row)));
  });

  return routes;
}

function found(row: MediaRow | undefined): MediaRow {
  if (row === undefined) throw notFound('medium');
  return row;
}

import { createHash } from 'node:crypto';

import { Hono } from 'hono';
import { z } from 'zod';

import { chunksUpTo, mediaTypeOf } from './body.ts';
import type { ReelportEnv } from './caller.ts';
import type { Database } from './database.ts';
import { readQuery } from './input.ts';
import { MEDIA_COLUMNS, presentMedia } from './media.ts';
import type { MediaRow } from './media.ts';
import { Problem, invalid } from './problem.ts';
import type { UploadTokens } from './upload-token.ts';

const uploadQuery = z.strictObject({ token: z.string().min(1).max(512) });

/** Takes the bytes that an upload URL was made for. The token in the URL stands for the caller. */
export function uploadRoutes(deps: { database: Database; uploadTokens: UploadTokens }) {
  const { database, uploadTokens } = deps;
  const routes = new Hono<ReelportEnv>();

  routes.put('/media/uploads/:media_id', async (c) => {
    const permit = uploadTokens.read(readQuery(c, uploadQuery).token);
    if (permit === undefined || permit.mediaId !== c.req.param('media_id')) throw badToken();
    const [announced] = await database.rows<MediaRow>(
      `select ${MEDIA_COLUMNS} from reelport.media where org_id = $1 and id = $2`,
      [permit.orgId, permit.mediaId],
    );
    if (announced === undefined) throw badToken();
    if (announced.sha256 !== null) throw alreadyUploaded();
    if (mediaTypeOf(c.req.header('content-type')) !== announced.content_type) {
      throw new Problem(
        'unsupported_media_type',
        `Send the type that was announced: ${announced.content_type}.`,
      );
    }
    const sha256 = await digestOf(c.req.raw, announced.size_bytes);
    // Of two uploads at the same moment the first to end counts.
    const [row] = await database.rows<MediaRow>(
      `update reelport.media set sha256 = $3
       where org_id = $1 and id = $2 and sha256 is null returning ${MEDIA_COLUMNS}`,
      [permit.orgId, permit.mediaId, sha256],
    );
    if (row === undefined) throw alreadyUploaded();
    return c.json(presentMedia(row));
  });

  return routes;
}

async function digestOf(request: Request, bytesAnnounced: number): Promise<string> {
  const digest = createHash('sha256');
  let bytes = 0;
  for await (const chunk of chunksUpTo(request, bytesAnnounced)) {
    bytes += chunk.length;
    digest.update(chunk);
  }
  if (bytes === bytesAnnounced) return digest.digest('hex');
  const message = `has ${bytes} bytes where ${bytesAnnounced} were announced`;
  throw invalid([{ in: 'body', field: '', message }]);
}

function badToken(): Problem {
  return new Problem('invalid_upload_token', 'Ask for a new upload URL.');
}

function alreadyUploaded(): Problem {
  return new Problem('already_uploaded', 'An upload URL works once, and the bytes have arrived.');
}

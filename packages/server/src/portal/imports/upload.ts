import type { Context } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import type { OrganisationId } from '../../kernel/ids.ts';
import { UPLOAD_BYTES_MAX } from './schemas.ts';

/** Each may fill the memory up to its limit. */
const AT_ONCE_MAX = 6;
const AT_ONCE_MAX_OF_ONE = 2;
const DEADLINE_MS = 120_000;

/** Where uploads go: on a node, a path of the portal below `/organisations/{org}`. */
export const UPLOAD_PATH = /\/organisations\/[^/]+\/imports\/upload$/;

/** Reads bodies of many megabytes while they arrive, no more than fit, and gives up on who is too slow. */
export function createUploads({ deadlineMs = DEADLINE_MS }: { deadlineMs?: number } = {}) {
  const underWay = new Map<OrganisationId, number>();
  let all = 0;

  return async function readUpload(context: Context, orgId: OrganisationId): Promise<Buffer> {
    const mine = underWay.get(orgId) ?? 0;
    if (Number(context.req.header('content-length') ?? 0) > UPLOAD_BYTES_MAX) throw tooLarge();
    if (mine >= AT_ONCE_MAX_OF_ONE || all >= AT_ONCE_MAX)
      throw new AppError('rate_limited', 'Other documents are being uploaded. Try again in a moment.', {
        retryAfterSeconds: 5,
      });
    underWay.set(orgId, mine + 1);
    all += 1;
    try {
      return await readAll(context.req.raw.body, deadlineMs);
    } finally {
      all -= 1;
      const left = (underWay.get(orgId) ?? 1) - 1;
      if (left === 0) underWay.delete(orgId);
      else underWay.set(orgId, left);
    }
  };
}

async function readAll(body: ReadableStream<Uint8Array> | null, deadlineMs: number): Promise<Buffer> {
  if (body === null) return Buffer.alloc(0);
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    void reader.cancel().catch(() => undefined);
  }, deadlineMs);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (isLate) throw new AppError('invalid_request', 'The document did not arrive in time.');
      if (done) return Buffer.concat(chunks, bytes);
      bytes += value.byteLength;
      if (bytes > UPLOAD_BYTES_MAX) {
        void reader.cancel().catch(() => undefined);
        throw tooLarge();
      }
      chunks.push(value);
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('invalid_request', 'The upload broke off.');
  } finally {
    clearTimeout(timer);
  }
}

function tooLarge(): AppError {
  return new AppError('payload_too_large', 'The document is larger than 32 MB.');
}

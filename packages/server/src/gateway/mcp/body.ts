import type { IncomingMessage } from 'node:http';
import { collectBytes } from '@latchkey/tools';
import { AppError } from '../../kernel/errors.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Soon } from '../../kernel/soon.ts';
import type { AnyRequest } from '../../kernel/whole-exchange.ts';

/** 10 MB of a file in base64, and what stands around it. Larger uploads are given by address, or go through the REST door. */
export const MESSAGE_BYTES_MAX = 14 * 1024 * 1024;

/** The whole body. It fails for one that is too large or not JSON by its own account, and throws if the caller goes away. */
export function readJsonBody(req: AnyRequest): Soon<Result<Buffer, AppError>> {
  const refused = faultOf(req);
  if (refused !== undefined) return fail(refused);
  return 'body' in req ? ok(req.body) : read(req);
}

function faultOf(req: AnyRequest): AppError | undefined {
  const type = req.headers['content-type'];
  if (type !== undefined && !/^application\/(?:[a-z0-9.+-]+\+)?json(?:\s*;|$)/i.test(type)) {
    return new AppError('unsupported_media_type', 'Send JSON: Content-Type: application/json.');
  }
  const encoding = req.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return new AppError('unsupported_media_type', 'Send the body without a Content-Encoding.');
  }
  return Number(req.headers['content-length'] ?? 0) > MESSAGE_BYTES_MAX ? TOO_LARGE : undefined;
}

function read(req: IncomingMessage): Promise<Result<Buffer, AppError>> {
  return new Promise((resolve, reject) => {
    let collected = collectBytes();
    let length = 0;
    function take(chunk: Buffer): void {
      length += chunk.length;
      if (length <= MESSAGE_BYTES_MAX) {
        collected.add(chunk);
        return;
      }
      // What still comes is read and thrown away: a caller that is still sending would miss our answer otherwise.
      collected = collectBytes();
      resolve(fail(TOO_LARGE));
    }
    function finish(): void {
      // The request may live on as long as a stream that answers it, and the body is not to live with it. The last is
      // let go of first: what is deleted from the end leaves an object small.
      req.off('close', breakOff).off('error', reject).off('end', finish).off('data', take);
      resolve(ok(collected.whole()));
    }
    function breakOff(): void {
      if (!req.complete) reject(new Error('the caller went away while sending'));
    }
    req.on('data', take).on('end', finish).on('error', reject).on('close', breakOff);
  });
}

const TOO_LARGE = new AppError(
  'payload_too_large',
  `A message has at most ${MESSAGE_BYTES_MAX / 1024 / 1024} MB.`,
);

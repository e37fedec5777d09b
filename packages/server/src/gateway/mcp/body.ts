import type { IncomingMessage } from 'node:http';
import { collectBytes } from '@latchkey/tools';
import { AppError } from '../../kernel/errors.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Soon } from '../../kernel/soon.ts';
import type { Principal } from '../../kernel/principal.ts';
import type { AnyRequest } from '../../kernel/whole-exchange.ts';
import { createBodyRoom, type BodyPlace, type BodyRoomLimits } from './body-room.ts';

/** 10 MB of a file in base64, and what stands around it. Larger uploads are given by address, or go through the REST door. */
export const MESSAGE_BYTES_MAX = 14 * 1024 * 1024;

export interface BodyLimits extends BodyRoomLimits {
  /** A large message that nothing comes of for so long is broken off. */
  readonly silentMs: number;
}

/** Of four, eight and sixteen of the largest. */
export const BODY_LIMITS: BodyLimits = {
  perKeyBytes: 4 * MESSAGE_BYTES_MAX,
  perOrganisationBytes: 8 * MESSAGE_BYTES_MAX,
  totalBytes: 16 * MESSAGE_BYTES_MAX,
  silentMs: 15_000,
};

/** The whole body. It fails for one that is too large or not JSON by its own account, and throws if the caller goes away. */
export type ReadJsonBody = (
  req: AnyRequest,
  from: Pick<Principal, 'keyId' | 'orgId'>,
) => Soon<Result<Buffer, AppError>>;

/** So much of each message is not counted: nobody who sends small ones is asked to wait for large ones. */
const UNCOUNTED_BYTES = 64 * 1024;

export function createReadJsonBody(limits: BodyLimits): ReadJsonBody {
  const room = createBodyRoom(limits);
  return (req, from) => {
    const refused = faultOf(req);
    if (refused !== undefined) return fail(refused);
    return 'body' in req ? ok(req.body) : read(req, room.enter(from), limits.silentMs);
  };
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

function read(req: IncomingMessage, place: BodyPlace, silentMs: number): Promise<Result<Buffer, AppError>> {
  return new Promise((resolve, reject) => {
    let collected = collectBytes();
    let length = 0;
    let isRefused = false;
    let silence: NodeJS.Timeout | undefined;

    /** What still comes is read and thrown away: a caller that is still sending would miss our answer otherwise. */
    function refuse(error: AppError): void {
      isRefused = true;
      release();
      collected = collectBytes();
      resolve(fail(error));
    }
    function release(): void {
      clearTimeout(silence);
      place.leave();
    }
    function noRoomFor(bytes: number): AppError | undefined {
      if (length > MESSAGE_BYTES_MAX) return TOO_LARGE;
      if (length <= UNCOUNTED_BYTES) return undefined;
      if (silence === undefined) {
        silence = setTimeout(() => req.destroy(), silentMs);
        return place.take(length);
      }
      silence.refresh();
      return place.take(bytes);
    }
    function take(chunk: Buffer): void {
      if (isRefused) return;
      length += chunk.length;
      const error = noRoomFor(chunk.length);
      if (error === undefined) collected.add(chunk);
      else refuse(error);
    }
    function finish(): void {
      // The request may live on as long as a stream that answers it, and the body is not to live with it. The last is
      // let go of first: what is deleted from the end leaves an object small.
      req.off('close', breakOff).off('error', reject).off('end', finish).off('data', take);
      release();
      resolve(ok(collected.whole()));
    }
    function breakOff(): void {
      release();
      if (!req.complete) reject(new Error('the caller went away while sending'));
    }
    req.on('data', take).on('end', finish).on('error', reject).on('close', breakOff);
  });
}

const TOO_LARGE = new AppError(
  'payload_too_large',
  `A message has at most ${MESSAGE_BYTES_MAX / 1024 / 1024} MB.`,
);

import { AppError } from '../kernel/errors.ts';
import { isWritableTime } from './writable-time.ts';

/** Where the page after this one begins: a moment, and an id among those of the same moment. Opaque to who asks. */
export function writeCursor({ atMs, id }: { atMs: number; id: string }): string {
  return Buffer.from(`${atMs} ${id}`).toString('base64url');
}

export function readCursor(cursor: string | undefined): { atMs: number; id: string } | undefined {
  if (cursor === undefined) return undefined;
  const [, at, id] =
    /^(-?\d{1,15}) ([A-Za-z0-9_-]{1,80})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (at === undefined || id === undefined || !isWritableTime(Number(at)))
    throw new AppError('invalid_request', 'cursor: is none that was given out');
  return { atMs: Number(at), id };
}

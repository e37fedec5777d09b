import { z } from 'zod';

import { Problem } from './problem.ts';

/** The query parameters of every list. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^[0-9]{1,3}$/, 'must be a whole number')
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 100, 'must be from 1 to 100')
    .default(20),
  cursor: z.string().min(1).max(200).optional(),
};

export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

/** Lists are read newest first, by the ascending `seq` of their rows: a cursor says below which one to go on. */
export function readCursor(list: string, cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const [name, seq = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split(':');
  // Rebuilding it refuses every other spelling, so what passes is what we could have made.
  if (name !== list || !/^[0-9]{1,18}$/.test(seq) || cursorOf(list, seq) !== cursor) {
    throw new Problem('invalid_cursor', 'Take the cursor from next_cursor of the page before.');
  }
  return seq;
}

function cursorOf(list: string, seq: string): string {
  return Buffer.from(`${list}:${seq}`).toString('base64url');
}

/** `rows` holds one more than `limit` if there is a next page. */
export function toPage<Row extends { seq: string }, T>(
  list: string,
  rows: readonly Row[],
  limit: number,
  present: (row: Row) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.map(present),
    next_cursor: rows.length > limit && last !== undefined ? cursorOf(list, last.seq) : null,
  };
}

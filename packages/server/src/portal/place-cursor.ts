import { z } from 'zod';
import { AppError } from '../kernel/errors.ts';
import { parseJson } from '../kernel/json.ts';

const AT_CHARACTERS_MAX = 2048;
const MICROSECONDS = /^-?\d{1,16}$/;

/** The place of `store/queries/place.ts`, opaque to who asks. What was made up is only somewhere else in the list. */
const placeSchema = z.tuple([z.string().max(AT_CHARACTERS_MAX), z.string().max(AT_CHARACTERS_MAX)]);

export function writePlace({ at, id }: { at: string; id: string }): string {
  return Buffer.from(JSON.stringify([at, id])).toString('base64url');
}

/** `kind` says what the list is ordered by: a time's place is a number. */
export function readPlace(
  cursor: string | undefined,
  kind: 'time' | 'name',
): { at: string; id: string } | undefined {
  if (cursor === undefined) return undefined;
  const read = placeSchema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  const [at, id] = read.data ?? [];
  if (at === undefined || id === undefined || (kind === 'time' && !MICROSECONDS.test(at)))
    throw new AppError('invalid_request', 'cursor: is none that was given out');
  // NUL is what the database would not take.
  return { at: at.replaceAll('\0', ''), id: id.replaceAll('\0', '') };
}

import type { Context } from 'hono';
import { limitHeaders, type AskedLimit } from '../limits/headers.ts';

/** Tells who was refused what the limit is, and when to come again. */
export function sayLimit(context: Context, asked: AskedLimit): void {
  const flat = limitHeaders([asked]);
  for (let at = 0; at < flat.length; at += 2) context.header(flat[at] ?? '', flat[at + 1]);
}

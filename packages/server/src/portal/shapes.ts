import { z } from 'zod';
import { ROLES } from '../kernel/access.ts';
import { isWritableTime } from './writable-time.ts';

/** The same words for the same things in all of the portal's answers. */
export const time = z.string().meta({ format: 'date-time' });
/** One that somebody asks about. */
export const moment = z.iso
  .datetime({ offset: true })
  .refine((given) => isWritableTime(Date.parse(given)), { error: 'must be of the years 2 to 9998' });
export const role = z.enum(ROLES);
export const access = z
  .enum(['read', 'full'])
  .describe('How far it reaches: read calls read-only tools, full calls all.');

/** What the database can hold: at most so many UTF-16 units. */
export const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((given) => !/\0|\p{Surrogate}/u.test(given), {
      error: 'must be text: no NUL, no half a character',
    });

export const logo = z
  .string()
  .nullable()
  .describe(
    'Path of the picture that stands for the organisation, below any address of Latchkey; null: none.',
  );

/** The body of an act that needs to be told nothing more. */
export const nothing = z.strictObject({});

export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item) });
}

/** Some of a list. `next_cursor` asks for those after them. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next_cursor: z
      .string()
      .nullable()
      .describe('Send it as cursor to get the next page; null: this is the last.'),
  });
}

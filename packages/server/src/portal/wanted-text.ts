import { z } from 'zod';

const CHARACTERS_MAX = 200;

/** What is looked for, in a query. The database knows no NUL. */
export function wantedText(what: string) {
  return z
    .string()
    .max(CHARACTERS_MAX)
    .refine((text) => !text.includes('\0'), { error: 'must not contain NUL' })
    .optional()
    .describe(what);
}

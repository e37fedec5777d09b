import { z } from 'zod';

const CHARACTERS_MAX = 200;

/** What is looked for, in a query. */
export function wantedText(what: string) {
  return z.string().max(CHARACTERS_MAX).optional().describe(what);
}

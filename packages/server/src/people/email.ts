import { z } from 'zod';

const EMAIL_CHARACTERS_MAX = 254; // RFC 5321 section 4.5.3.1.3, less the angle brackets

const schema = z.string().trim().toLowerCase().max(EMAIL_CHARACTERS_MAX).pipe(z.email());

/** The address in the one form that is stored and looked up, or nothing. */
export function parseEmail(text: string): string | undefined {
  return schema.safeParse(text).data;
}

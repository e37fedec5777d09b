import { z } from 'zod';
import type { Callers } from '../describe-route.ts';

/** What every refusal says: the contract's "Errors". */
export const errorSchema = z.object({
  error: z.object({
    code: z.string().describe('Stays the same: programs may rely on it.'),
    message: z.string(),
    request_id: z.string().describe('Quote it to whoever runs Latchkey.'),
    retry_after_seconds: z.number().optional(),
  }),
});

const ERROR_CONTENT = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };

export const ERROR_RESPONSES = {
  '4XX': { description: 'Refused; nothing was changed.', content: ERROR_CONTENT },
  '5XX': { description: 'It could not be done.', content: ERROR_CONTENT },
};

export const SECURITY_SCHEMES = {
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'latchkey_session',
    description: 'Who is signed in to the dashboard. On https the name begins with __Host-.',
  },
  key: { type: 'http', scheme: 'bearer', description: 'An API key of the organisation.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same key.' },
};

export function securityFor(callers: Callers): readonly Readonly<Record<string, readonly string[]>>[] {
  if (callers === 'stranger') return [];
  const session = { session: [] };
  return callers === 'session' ? [session] : [{ key: [] }, { apiKey: [] }, session];
}

import { z } from 'zod';
import { CONNECT_FIELD } from './connect-page.tsx';

/** What the form of the consent page sends. */
export const FIELDS = [
  'transaction',
  'csrf',
  'decision',
  'access',
  'organisation',
  'lifetime',
  'client',
  CONNECT_FIELD,
] as const;

// A missing access is refused, never taken for full.
export const answerSchema = z.object({
  transaction: z.string().max(64),
  csrf: z.string().max(128),
  /** Absent: an account is to be connected first. */
  decision: z.enum(['allow', 'deny']).optional(),
  /** `<organisation>/<connector>`. */
  connect: z.string().max(100).optional(),
  access: z.enum(['read', 'full']).optional(),
  organisation: z.string().max(64).optional(),
  /** The client as it was shown; absent: it cannot change. */
  client: z.string().max(64).optional(),
  /** Days; absent: as the organisation has it. */
  lifetime: z.enum(['1', '7', '30', '90']).optional(),
});
export type Answer = z.infer<typeof answerSchema>;

/** What was chosen before the browser left to connect an account, as it comes back. */
export const choicesSchema = z.object({
  access: answerSchema.shape.access.catch(undefined),
  organisation: answerSchema.shape.organisation.catch(undefined),
  lifetime: answerSchema.shape.lifetime.catch(undefined),
});

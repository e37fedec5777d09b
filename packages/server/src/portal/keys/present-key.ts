import { z } from 'zod';
import type { UserId } from '../../kernel/ids.ts';
import { UNUSED_DAYS, type ListedKey as FullKey } from '../../keys/keys.ts';
import { access, role, time } from '../shapes.ts';

export const keyShape = z.object({
  id: z.string(),
  name: z.string(),
  access,
  hint: z
    .string()
    .nullable()
    .describe('The first and the last characters of its secret, if it has had one yet.'),
  made_by: z.enum(['connection', 'agent', 'hand']),
  holder: z.string().nullable().describe("A person's email, or an agent's name."),
  client: z.object({ name: z.string().nullable(), destination: z.string().nullable() }).nullable(),
  is_yours: z.boolean(),
  minted_as: role
    .nullable()
    .describe(
      'What its holder was when it was made; null: nobody kept it. What it may do goes by today’s role.',
    ),
  calls_per_minute: z.int().nullable().describe('A limit of its own; null: none.'),
  status: z.enum(['active', 'expired', 'revoked']),
  is_unused: z.boolean().describe('It works, and was not used for over 90 days.'),
  created_at: time,
  last_used_at: time.nullable(),
  expires_at: time.nullable().describe('null: it does not expire.'),
  revoked_at: time.nullable(),
});

const DAY_MS = 86_400_000;

type ListedKey = Omit<FullKey, 'place'>;

/** A key as the dashboard shows it. Times are ISO 8601; `status` is as of `nowMs`. */
export function presentKey({ key, ...about }: ListedKey, nowMs: number, self: UserId) {
  const status = statusOf(key, about.grantExpiresAt, nowMs);
  return {
    id: key.id,
    name: key.name,
    access: key.access,
    hint: key.hint,
    made_by: madeBy(key),
    holder: about.agentName ?? about.userEmail,
    client: about.clientName === null ? null : { name: about.clientName, destination: about.destination },
    is_yours: key.userId === self,
    minted_as: key.mintedAs,
    calls_per_minute: key.callsPerMinute,
    status,
    is_unused:
      status === 'active' && (key.lastUsedAt ?? key.createdAt).getTime() < nowMs - UNUSED_DAYS * DAY_MS,
    created_at: key.createdAt.toISOString(),
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    expires_at: (about.grantExpiresAt ?? key.expiresAt)?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
  };
}

function madeBy({ agentId, grantId }: ListedKey['key']): 'connection' | 'agent' | 'hand' {
  if (grantId !== null) return 'connection';
  return agentId === null ? 'hand' : 'agent';
}

function statusOf(
  key: ListedKey['key'],
  grantExpiresAt: Date | null,
  nowMs: number,
): 'active' | 'expired' | 'revoked' {
  if (key.revokedAt !== null) return 'revoked';
  const expiresAt = grantExpiresAt ?? key.expiresAt;
  return expiresAt !== null && expiresAt.getTime() <= nowMs ? 'expired' : 'active';
}

import { z } from 'zod';
import type { Keys } from '../../keys/keys.ts';
import { access, time } from '../shapes.ts';

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
  status: z.enum(['active', 'expired', 'revoked']),
  created_at: time,
  last_used_at: time.nullable(),
  expires_at: time.nullable().describe('null: it does not expire.'),
  revoked_at: time.nullable(),
});

type ListedKey = Awaited<ReturnType<Keys['list']>>[number];

/** A key as the dashboard shows it. Times are ISO 8601; `status` is as of `nowMs`. */
export function presentKey({ key, ...about }: ListedKey, nowMs: number) {
  return {
    id: key.id,
    name: key.name,
    access: key.access,
    hint: key.hint,
    made_by: key.grantId !== null ? 'connection' : key.agentId !== null ? 'agent' : 'hand',
    holder: about.agentName ?? about.userEmail,
    client: about.clientName === null ? null : { name: about.clientName, destination: about.destination },
    status: statusOf(key, about.grantExpiresAt, nowMs),
    created_at: key.createdAt.toISOString(),
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    expires_at: (about.grantExpiresAt ?? key.expiresAt)?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
  };
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

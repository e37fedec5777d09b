import type { Access } from '../kernel/access.ts';
import { newId, type AgentId, type KeyId, type OrganisationId, type UserId } from '../kernel/ids.ts';
import type { Queries } from '../store/store.ts';
import { newKeySecret, type KeyEnvironment } from './key-secret.ts';

const DAY_MS = 86_400_000;

/** Makes a key by hand, for a person or an agent. The secret is in this answer and nowhere else. */
export async function createKey(
  queries: Queries,
  key: {
    orgId: OrganisationId;
    holder: { userId: UserId } | { agentId: AgentId };
    name: string;
    access: Access;
    /** Undefined: it does not expire. */
    expiresInDays: number | undefined;
    environment: KeyEnvironment;
    nowMs: number;
  },
): Promise<{ keyId: KeyId; secret: string }> {
  const { secret, hash, hint } = newKeySecret(key.environment);
  const created = await queries.keys.create({
    id: newId('key'),
    orgId: key.orgId,
    ...key.holder,
    name: key.name,
    access: key.access,
    secretHash: hash,
    hint,
    expiresAt: key.expiresInDays === undefined ? null : new Date(key.nowMs + key.expiresInDays * DAY_MS),
  });
  return { keyId: created.id, secret };
}

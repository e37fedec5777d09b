import { recordEvent } from '../audit/record-event.ts';
import type { Role } from '../kernel/access.ts';
import type { Clock } from '../kernel/clock.ts';
import type { KeyId, OrganisationId, RequestId, UserId } from '../kernel/ids.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Key } from '../store/queries/keys.ts';
import type { Queries, Store } from '../store/store.ts';
import { newKeySecret, type KeyEnvironment } from './key-secret.ts';

const HOUR_SECONDS = 3600;

export interface KeyRotation {
  readonly orgId: OrganisationId;
  readonly keyId: KeyId;
  /** Of the secret that is replaced, as the person saw it: it is replaced once. */
  readonly hint: string;
  readonly overlapHours: 0 | 1 | 24;
  readonly by: UserId;
  /** Whether this person, of that role by now, may have the new secret of this key. */
  readonly may: (role: Role, key: Key) => boolean;
  readonly requestId: RequestId;
}

/** `unknown` is also what somebody else's key is. `of_connection`: its app gets its secrets by itself. */
export type RotateFault = 'unknown' | 'of_connection' | 'over' | 'replaced';

export interface RotatedKey {
  /** In this answer and nowhere else. */
  readonly secret: string;
  /** Until when the one before works; null: it has ended. */
  readonly oldUntil: Date | null;
}

/**
 * Gives a key another secret: name, access, limit and expiry stay. The one before works until its overlap ends, on every
 * node alike, and one that was before that ends at once.
 */
export function createRotateKey({
  clock,
  environment,
  store,
}: {
  store: Store;
  environment: KeyEnvironment;
  clock: Clock;
}) {
  return async (rotation: KeyRotation): Promise<Result<RotatedKey, RotateFault>> => {
    const { by, hint, keyId, orgId, overlapHours } = rotation;
    const next = newKeySecret(environment);
    return store.transaction(async (queries) => {
      const key = await findFor(queries, rotation);
      if (key === undefined) return fail('unknown');
      if (key.grantId !== null) return fail('of_connection');
      const rotated = await queries.keys.rotate(orgId, keyId, {
        hint,
        hash: next.hash,
        newHint: next.hint,
        overlapSeconds: overlapHours * HOUR_SECONDS,
      });
      if (rotated === undefined) return fail(isOver(key, clock) ? 'over' : 'replaced');
      await queries.changes.add('key', keyId);
      const entry = {
        orgId,
        action: 'key.rotated',
        actor: { kind: 'user', id: by },
        keyId,
        target: key.name,
        requestId: rotation.requestId,
        outcome: 'ok',
        detail: { overlap_hours: overlapHours },
      } as const;
      await recordEvent(queries, clock, entry);
      return ok({ secret: next.secret, oldUntil: rotated.previousExpiresAt });
    });
  };
}

/** Judged in the transaction: a role may be taken away while somebody presses the button. */
async function findFor(queries: Queries, { by, keyId, may, orgId }: KeyRotation): Promise<Key | undefined> {
  const role = await queries.people.roleOf(orgId, by);
  const key = await queries.keys.find(orgId, keyId);
  return role !== undefined && key !== undefined && may(role, key) ? key : undefined;
}

function isOver(key: Key, clock: Clock): boolean {
  return key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt.getTime() <= clock.nowMs());
}

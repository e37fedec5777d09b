import { recordEvent } from '../audit/record-event.ts';
import type { Access, Role } from '../kernel/access.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import {
  newId,
  type AgentId,
  type KeyId,
  type OrganisationId,
  type RequestId,
  type UserId,
} from '../kernel/ids.ts';
import type { KeyFilter, KeyOrder, KeyState } from '../store/queries/key-list.ts';
import type { Place } from '../store/queries/place.ts';
import type { Queries, Store } from '../store/store.ts';
import { newKeySecret, type KeyEnvironment } from './key-secret.ts';
import { createLastCalls } from './last-calls.ts';
import { revokeKey } from './revoke.ts';
import { createRotateKey } from './rotate.ts';

export { KEY_ORDERS, KEY_STATES, UNUSED_DAYS } from '../store/queries/key-list.ts';

const DAY_MS = 86_400_000;
const PAGE_ITEMS = 100;

export type ListedKey = Awaited<ReturnType<Store['keys']['page']>>[number];
export type KeyDetail = NonNullable<Awaited<ReturnType<Store['keys']['detail']>>>;
export type KeyCounts = Readonly<Record<KeyState | 'all', number>>;

export interface NewKey {
  orgId: OrganisationId;
  holder: { userId: UserId } | { agentId: AgentId };
  name: string;
  access: Access;
  /** Undefined: it does not expire. */
  expiresInDays: number | undefined;
  /** Below what the organisation allows; undefined: as many as that. */
  callsPerMinute?: number | undefined;
  createdBy: UserId;
  /** What the role of who makes it has to allow; undefined: whoever holds it may. */
  may?: (role: Role) => boolean;
  requestId: RequestId;
}

/** The one list of named keys: made by hand, for agents, or minted by grants. */
export function createKeys({
  store,
  environment,
  clock,
}: {
  store: Store;
  environment: KeyEnvironment;
  clock: Clock;
}) {
  return {
    /** A hundred at a time, and how many there are in each state. */
    async page(
      filter: Omit<KeyFilter, 'now'>,
      { after, sort }: { after: Place | undefined; sort: KeyOrder },
    ): Promise<{ items: ListedKey[]; counts: KeyCounts; next: Place | undefined }> {
      const wanted = { ...filter, now: new Date(clock.nowMs()) };
      const [found, counts] = await Promise.all([
        store.keys.page(wanted, { sort, after, limit: PAGE_ITEMS + 1 }),
        store.keys.counts(wanted),
      ]);
      const items = found.slice(0, PAGE_ITEMS);
      const last = found.length > PAGE_ITEMS ? items.at(-1) : undefined;
      return { items, counts, next: last && { at: last.place, id: last.key.id } };
    },

    find: (orgId: OrganisationId, keyId: KeyId) => store.keys.find(orgId, keyId),

    /** With what led to it. */
    detail: (orgId: OrganisationId, keyId: KeyId) => store.keys.detail(orgId, keyId),

    lastCalls: createLastCalls({ store }),

    rotate: createRotateKey({ store, environment, clock }),

    /** The secret is in this answer and nowhere else. */
    async create(key: NewKey): Promise<{ keyId: KeyId; secret: string }> {
      const keyId = newId('key');
      const { secret, hash, hint } = newKeySecret(environment);
      const { orgId, name, access, expiresInDays } = key;
      await store.transaction(async (queries) => {
        await queries.keys.create({
          id: keyId,
          orgId,
          ...key.holder,
          name,
          access,
          secretHash: hash,
          hint,
          createdBy: key.createdBy,
          callsPerMinute: key.callsPerMinute ?? null,
          expiresAt: expiresInDays === undefined ? null : new Date(clock.nowMs() + expiresInDays * DAY_MS),
        });
        // The new key holds on to the organisation's row, as who removes a member does: either that removal is seen
        // here, or it will see this key and end it.
        if (!(await isThere(queries, orgId, key.holder))) {
          throw new AppError('forbidden', 'The holder of the key is no longer part of the organisation.');
        }
        if (key.may !== undefined) {
          const role = await queries.people.roleOf(orgId, key.createdBy);
          if (role === undefined || !key.may(role))
            throw new AppError('forbidden', 'Your role does not allow this any more.');
        }
        await recordEvent(queries, clock, {
          orgId,
          action: 'key.created',
          actor: { kind: 'user', id: key.createdBy },
          keyId,
          target: name,
          requestId: key.requestId,
          outcome: 'ok',
          detail: {
            access,
            ...(key.callsPerMinute === undefined ? {} : { calls_per_minute: key.callsPerMinute }),
          },
        });
      });
      return { keyId, secret };
    },

    /** Ends a key and all that hangs on it, at once and on every node. False: it was over before. */
    revoke: (revocation: {
      orgId: OrganisationId;
      keyId: KeyId;
      revokedBy: UserId;
      requestId: RequestId;
    }): Promise<boolean> =>
      store.transaction(async (queries) => {
        const { orgId, keyId, revokedBy, requestId } = revocation;
        if (!(await revokeKey(queries, orgId, keyId, 'by_person'))) return false;
        await recordEvent(queries, clock, {
          orgId,
          action: 'key.revoked',
          actor: { kind: 'user', id: revokedBy },
          keyId,
          requestId,
          outcome: 'ok',
        });
        return true;
      }),
  };
}

async function isThere(queries: Queries, orgId: OrganisationId, holder: NewKey['holder']): Promise<boolean> {
  const found =
    'userId' in holder
      ? await queries.people.roleOf(orgId, holder.userId)
      : await queries.people.findAgent(orgId, holder.agentId);
  return found !== undefined;
}

export type Keys = ReturnType<typeof createKeys>;

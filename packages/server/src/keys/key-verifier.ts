import { LRUCache } from 'lru-cache';
import { createCacheFigures } from '../kernel/cache-figures.ts';
import type { Clock } from '../kernel/clock.ts';
import type { VerifiedCredential } from '../kernel/credential.ts';
import { inTime } from '../kernel/in-time.ts';
import { hashSecret } from '../kernel/secret.ts';
import type { Soon } from '../kernel/soon.ts';
import type { KeyHolder } from '../store/queries/keys.ts';
import type { Store } from '../store/store.ts';
import { isWellFormedKey } from './key-secret.ts';

const CACHED_KEYS_MAX = 50_000;
/** How long a key may be answered from memory. Revocation does not wait for it: the change feed forgets the key. */
const CACHE_MS = 60_000;

interface CachedKey {
  credential: VerifiedCredential;
  goodUntilMs: number;
}

/** Finds out whose a presented key is. */
export function createKeyVerifier({
  store,
  clock,
  mayCache,
}: {
  store: Store;
  clock: Clock;
  /** False while this node cannot hear of revocations: then each call asks the database. */
  mayCache: () => boolean;
}) {
  const hashesOf = new Map<string, Set<string>>();
  const cache = new LRUCache<string, CachedKey>({
    max: CACHED_KEYS_MAX,
    dispose(cached, hash) {
      for (const id of idsOf(cached.credential)) {
        const hashes = hashesOf.get(id);
        hashes?.delete(hash);
        if (hashes?.size === 0) hashesOf.delete(id);
      }
    },
  });
  const figures = createCacheFigures(() => cache.size);
  let epoch = 0;

  function remember(hash: string, holder: KeyHolder, credential: VerifiedCredential): void {
    const now = clock.nowMs();
    const expiresAtMs = holder.expiresAtMs === null ? Number.POSITIVE_INFINITY : Number(holder.expiresAtMs);
    cache.set(hash, { credential, goodUntilMs: Math.min(now + CACHE_MS, expiresAtMs) });
    for (const id of idsOf(credential)) hashesOf.set(id, (hashesOf.get(id) ?? new Set()).add(hash));
  }

  async function find(hash: string): Promise<VerifiedCredential | undefined> {
    const epochBefore = epoch;
    const holder = await inTime(store.keys.findHolder(hash));
    if (holder === undefined) return undefined;
    const credential = toCredential(holder);
    // A revocation that was heard while the query ran may be younger than its answer: then it is not remembered.
    if (credential !== undefined && epoch === epochBefore) remember(hash, holder, credential);
    return credential;
  }

  return {
    figures,

    /** Undefined: no such key, or it is revoked or expired, or its grant is. */
    verify(secret: string, hash = hashSecret(secret)): Soon<VerifiedCredential | undefined> {
      const cached = mayCache() ? cache.get(hash) : undefined;
      if (cached !== undefined && cached.goodUntilMs > clock.nowMs()) {
        figures.hits += 1;
        return cached.credential;
      }
      if (!isWellFormedKey(secret)) return undefined;
      figures.misses += 1;
      cache.delete(hash);
      return find(hash);
    },

    /** Called by the change feed with the id of a key or of a grant. */
    forget(id: string): void {
      epoch += 1;
      for (const hash of hashesOf.get(id) ?? []) cache.delete(hash);
    },
  };
}

/** A cached key is forgotten by its own id or by its grant's. */
function idsOf(credential: VerifiedCredential): string[] {
  return credential.grantId === undefined ? [credential.keyId] : [credential.keyId, credential.grantId];
}

function toCredential(holder: KeyHolder): VerifiedCredential | undefined {
  const actor =
    holder.userId === null
      ? holder.agentId === null
        ? undefined
        : ({ kind: 'agent', id: holder.agentId } as const)
      : ({ kind: 'user', id: holder.userId } as const);
  if (actor === undefined) return undefined;
  return {
    kind: 'key',
    orgId: holder.orgId,
    actor,
    access: holder.access,
    keyId: holder.keyId,
    grantId: holder.grantId ?? undefined,
    clientId: holder.clientId ?? undefined,
    resource: holder.resource ?? undefined,
    ...(holder.callsPerMinute === null ? {} : { callsPerMinute: holder.callsPerMinute }),
  };
}

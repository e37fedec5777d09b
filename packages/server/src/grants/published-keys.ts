import { LRUCache } from 'lru-cache';
import type { FetchDocument } from '../kernel/address-guard.ts';
import type { Clock } from '../kernel/clock.ts';
import { readPublicKeys } from './client-documents/parse-document.ts';
import type { PublicKeySet } from './client-keys.ts';

/** Large identity providers publish a dozen keys with their certificates. */
const SET_BYTES_MAX = 64 * 1024;
const SET_KEYS_MAX = 50;
const FRESH_SECONDS_MIN = 5 * 60;
const FRESH_SECONDS_MAX = 60 * 60;
/** A set is read at most once in this time, whatever it answered and however many ask for keys that it has not. */
const REST_SECONDS = 60;
const SETS_MAX = 1000;

interface SeenSet {
  /** Undefined: it could not be read, or holds nothing that we can verify with. */
  keys: PublicKeySet | undefined;
  readAtMs: number;
  freshUntilMs: number;
}

/**
 * Key sets that others publish (RFC 7517 section 5), at addresses that an organisation's admins named, read through the
 * address guard. Each node remembers what it read, for an hour at most; without keys that are fresh there are none.
 */
export function createPublishedKeys({
  fetchDocument,
  clock,
}: {
  fetchDocument: FetchDocument;
  clock: Clock;
}) {
  const seen = new LRUCache<string, SeenSet>({ max: SETS_MAX });
  const underWay = new Map<string, Promise<PublicKeySet | undefined>>();

  async function read(url: string, known: SeenSet | undefined): Promise<PublicKeySet | undefined> {
    const answer = await fetchDocument(url, { bytesMax: SET_BYTES_MAX });
    const keys = answer.ok ? readPublicKeys(answer.value.body, SET_KEYS_MAX) : undefined;
    const readAtMs = clock.nowMs();
    // Who asks for a key that is not there must not be able to make us lose the ones that are.
    if (keys === undefined && known !== undefined && readAtMs < known.freshUntilMs) {
      seen.set(url, { ...known, readAtMs });
      return known.keys;
    }
    const freshSeconds = keys === undefined || !answer.ok ? REST_SECONDS : clamp(answer.value.maxAgeSeconds);
    seen.set(url, { keys, readAtMs, freshUntilMs: readAtMs + freshSeconds * 1000 });
    return keys;
  }

  /** The set at `url`; read again if `keyId` is not in it, because keys are rotated. Undefined: none to verify with. */
  return async function publishedKeys(
    url: string,
    keyId: string | undefined,
  ): Promise<PublicKeySet | undefined> {
    const now = clock.nowMs();
    const known = seen.get(url);
    if (known !== undefined && now < known.freshUntilMs) {
      const hasKey = keyId === undefined || known.keys?.keys.some(({ kid }) => kid === keyId) === true;
      if (hasKey || now < known.readAtMs + REST_SECONDS * 1000) return known.keys;
    }
    const joined = underWay.get(url) ?? read(url, known).finally(() => underWay.delete(url));
    underWay.set(url, joined);
    return joined;
  };
}

export type PublishedKeys = ReturnType<typeof createPublishedKeys>;

function clamp(maxAgeSeconds: number | undefined): number {
  return Math.min(Math.max(maxAgeSeconds ?? FRESH_SECONDS_MIN, FRESH_SECONDS_MIN), FRESH_SECONDS_MAX);
}

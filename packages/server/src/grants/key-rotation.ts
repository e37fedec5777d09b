import { recordEvent } from '../audit/record-event.ts';
import { systemClock, type Clock } from '../kernel/clock.ts';
import type { RequestId, UserId } from '../kernel/ids.ts';
import { ok, fail, type Result } from '../kernel/result.ts';
import type { Queries, Store } from '../store/store.ts';
import { ACCESS_TOKEN_SECONDS } from './lifetimes.ts';
import { newSigningKey, openSigningKey } from './signing-key.ts';

/** Verifiers may keep our key set for five minutes; then a key is used only when everyone has it. Seconds. */
export const PUBLISHED_BEFORE_USE_SECONDS = 600;
/** The longest token, and what a node may take to hear that the key was retired. Seconds. */
export const RETIRED_KEPT_SECONDS = ACCESS_TOKEN_SECONDS + 600;

/** `forbidden`: who asks for it is no operator. */
export type RotationFault = 'no_keys_yet' | 'already_waiting' | 'forbidden';

/** Who asks for it, and has to be an operator; unset: whoever has the server. */
export interface By {
  readonly userId: UserId;
  readonly requestId: RequestId;
}

/** The life of our signing keys: next, active, retired, gone. Every step is announced to all nodes as it commits. */
export function createKeyRotation({
  store,
  sealKey,
  clock = systemClock,
}: {
  store: Store;
  sealKey: Uint8Array;
  clock?: Clock;
}) {
  /** In the log of the installation: it concerns every organisation, and is none's. */
  function record(queries: Queries, entry: { action: string; target: string; now?: boolean }, by?: By) {
    const { action, target, now } = entry;
    const detail = now === undefined ? undefined : { now };
    const actor = { kind: 'operator', ...(by === undefined ? {} : { id: by.userId }) } as const;
    const requestId = by?.requestId;
    return recordEvent(queries, clock, { action, actor, target, requestId, outcome: 'ok', detail });
  }

  /** A new active key in place of the active one: the published next one, or one made now. */
  async function activateNext(queries: Queries, publishedSeconds: number): Promise<string | undefined> {
    const next = await queries.signingKeys.findNext(publishedSeconds);
    if (next === undefined) return undefined;
    await queries.signingKeys.retireActive();
    await queries.signingKeys.activate(next.kid);
    await queries.changes.add('signing_key', next.kid);
    return next.kid;
  }

  async function publishNext(queries: Queries): Promise<string> {
    const key = newSigningKey(sealKey);
    await queries.signingKeys.insertNext(key);
    await queries.changes.add('signing_key', key.kid);
    return key.kid;
  }

  /** Throws `WrongMasterSecretError` before anything is sealed under a secret that no node has. */
  async function lock(queries: Queries): Promise<number> {
    await queries.signingKeys.lockRotation();
    const rows = await queries.signingKeys.list();
    for (const row of rows) openSigningKey(sealKey, row);
    return rows.length;
  }

  return {
    list: () => store.signingKeys.list(),

    /** Publishes a key that is used in ten minutes or, with `now`, at once. What the old one signed stays good. */
    rotate: ({ now, by }: { now: boolean; by?: By }): Promise<Result<{ kid: string }, RotationFault>> =>
      store.transaction(async (queries) => {
        if (by !== undefined && !(await queries.operators.hold(by.userId))) return fail('forbidden');
        if ((await lock(queries)) === 0) return fail('no_keys_yet');
        const waiting = await queries.signingKeys.findNext(0);
        if (!now && waiting !== undefined) return fail('already_waiting');
        const published = waiting === undefined ? await publishNext(queries) : waiting.kid;
        const kid = now ? await activateNext(queries, 0) : published;
        if (kid === undefined) throw new Error('the key just published is not there');
        await record(queries, { action: 'signing_key.rotated', target: kid, now }, by);
        return ok({ kid });
      }),

    /** For a key that got into the wrong hands: what it signed is refused everywhere as soon as this commits. */
    drop: (kid: string): Promise<Result<{ active: string | undefined }, 'no_such_key'>> =>
      store.transaction(async (queries) => {
        await lock(queries);
        const dropped = await queries.signingKeys.delete(kid);
        if (dropped === undefined) return fail('no_such_key');
        await queries.changes.add('signing_key', kid);
        await record(queries, { action: 'signing_key.dropped', target: kid });
        if (dropped.state !== 'active') return ok({ active: undefined });
        if ((await queries.signingKeys.findNext(0)) === undefined) await publishNext(queries);
        return ok({ active: await activateNext(queries, 0) });
      }),

    /** Takes each key a step further if it is time. Any node may do it, several at once too. */
    advance: (): Promise<void> =>
      store.transaction(async (queries) => {
        await queries.signingKeys.lockRotation();
        await activateNext(queries, PUBLISHED_BEFORE_USE_SECONDS);
        for (const kid of await queries.signingKeys.deleteRetired(RETIRED_KEPT_SECONDS)) {
          await queries.changes.add('signing_key', kid);
        }
      }),
  };
}

export type KeyRotation = ReturnType<typeof createKeyRotation>;

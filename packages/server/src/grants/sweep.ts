import { deepestCause } from '../kernel/deepest-cause.ts';
import type { Log } from '../kernel/log.ts';
import type { Store } from '../store/store.ts';
import { CHANGE_MEMORY_SECONDS } from './change-feed.ts';
import { DELETED_KEPT_DAYS } from './delete-organisation.ts';

const REPLAY_SWEEP_MS = 10_000;
const KEY_ROTATION_MS = 30_000;
const MAIL_SWEEP_MS = 30_000;
/** Nobody waits for an answer to it any more, or it was never taken. */
const MAIL_MEMORY_SECONDS = 60;
const HOUSEKEEPING_MS = 10 * 60_000;
/** Thirteen months: a month can be compared with the same one of the year before. */
const USAGE_MEMORY_SECONDS = 400 * 24 * 3600;

/** Forgets what has served its purpose. Any node may do it, several at once too: each statement is safe alone. */
export function startSweeping({
  store,
  advanceKeys,
  log,
}: {
  store: Store;
  advanceKeys: () => Promise<void>;
  log: Log;
}): { close(): void } {
  function every(delayMs: number, sweep: () => Promise<unknown>): NodeJS.Timeout {
    const timer = setInterval(() => {
      sweep().catch((error: unknown) =>
        log.warn({ error: deepestCause(error).message }, 'sweeping failed; it will be tried again'),
      );
    }, delayMs);
    return timer.unref();
  }

  const timers = [
    every(REPLAY_SWEEP_MS, () => store.grants.wipeReplays()),
    every(KEY_ROTATION_MS, advanceKeys),
    every(MAIL_SWEEP_MS, () => store.nodeMail.deleteOlderThan(MAIL_MEMORY_SECONDS)),
    every(HOUSEKEEPING_MS, () => keepHouse(store)),
  ];
  return { close: () => timers.forEach((timer) => clearInterval(timer)) };
}

/** What nobody needs any more, whatever it was. */
export async function keepHouse(store: Store): Promise<void> {
  await store.authorizations.deleteExpired();
  await store.usedIds.deleteExpired();
  await store.sessions.deleteExpired();
  await store.secondFactors.deleteExpired();
  await store.imports.deleteExpired();
  await store.invitations.deleteLongOver();
  await store.passwordResets.deleteLongOver();
  await store.upstreamAccounts.deleteExpiredAuthorizations();
  await store.upstreamAccounts.deleteOldRevocations();
  await store.transaction((queries) => queries.organisationEnd.deleteLongEnded(DELETED_KEPT_DAYS));
  await store.grants.deleteLongExpired();
  await store.clients.deleteUnconfirmed();
  await store.clients.expireUnused();
  await store.clientDocuments.deleteUnused();
  await store.connectionAttempts.deleteOld();
  await store.changes.deleteOlderThan(2 * CHANGE_MEMORY_SECONDS);
  await store.usageHours.deleteOlderThan(USAGE_MEMORY_SECONDS);
  await store.webhookOutbox.deleteOld();
}

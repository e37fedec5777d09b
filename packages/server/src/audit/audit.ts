import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { inTime } from '../kernel/in-time.ts';
import type { Log } from '../kernel/log.ts';
import type { AuditRow } from '../store/queries/audit-events.ts';
import { createBatch } from './batch.ts';
import { createBounded } from './bounded.ts';
import { toAuditRow, type AuditEntry } from './entry.ts';
import { createGroupCommit } from './group-commit.ts';

export interface Audit {
  /** Written within a quarter of a second, or when closing. */
  record(entry: AuditEntry): void;
  /** The same for what anybody can cause, where `source` is an address bucket: a flood of it is counted, not written. */
  recordFromAnybody(source: string, entry: AuditEntry): void;
  /** Resolves when the row is durable: only then may the write that it announces leave. Else `unavailable`. */
  intent(entry: AuditEntry): Promise<void>;
  /** What came of an intent; written as `record` writes. */
  outcome(entry: AuditEntry): void;
  /** Writes all that is still held. */
  close(): Promise<void>;
}

/** How many rows wait to be written, and how many were given up: see `createBatch`. */
export interface AuditFigures {
  figures(): { readonly waiting: number; readonly dropped: number };
}

/** The part of the store that the audit trail is written through. */
export interface AuditStore {
  readonly audit: { insertMany(rows: AuditRow[]): Promise<void> };
}

const BATCH_DELAY_MS = 250;

export function createAudit({
  store,
  clock,
  log,
}: {
  store: AuditStore;
  clock: Clock;
  log: Log;
}): Audit & AuditFigures {
  const write = (rows: AuditRow[]) => store.audit.insertMany(rows);
  const events = createBatch({ write, delayMs: BATCH_DELAY_MS, log });
  const intents = createGroupCommit(write);
  const record = (entry: AuditEntry) => events.add(toAuditRow(entry, 'event', clock));
  const outcome = (entry: AuditEntry) => events.add(toAuditRow(entry, 'outcome', clock));
  const bounded = createBounded({ write: record, clock });

  return {
    record,
    recordFromAnybody: bounded.add,
    outcome,
    figures: events.figures,
    async intent(entry) {
      const row = toAuditRow(entry, 'intent', clock);
      try {
        await inTime(intents.add(row));
      } catch (cause) {
        // Whether it was written after all or nobody knows: nothing came of it, and that is known.
        intents.forget(row, () => outcome(notSent(entry)));
        throw new AppError(
          'unavailable',
          'The call was not made: it could not be recorded first. Try again.',
          {
            internalMessage: 'an audit intent could not be written',
            cause,
            retryAfterSeconds: 1,
          },
        );
      }
    },
    async close() {
      bounded.close();
      await intents.close();
      await events.close();
    },
  };
}

function notSent(entry: AuditEntry): AuditEntry {
  return { ...entry, outcome: 'refused', detail: { ...entry.detail, reason: 'not_sent' } };
}
